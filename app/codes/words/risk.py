"""The models of CMS's risk adjustment, the ones in use first, and whom each is for; as data."""

from __future__ import annotations

MODELS: dict[str, str] = {
    "CMS-HCC Model V28": "Medicare Advantage; blended in from payment year 2024, alone from 2026",
    "CMS-HCC Model V24": "Medicare Advantage before V28, blended with it in 2024 and 2025",
    "CMS-HCC Model V22": "Medicare Advantage before V24; PACE organizations for longer",
    "CMS-HCC ESRD Model V24": "Enrollees with end-stage renal disease",
    "CMS-HCC ESRD Model V21": "Enrollees with end-stage renal disease, before V24; PACE for longer",
    "RxHCC Model V08": "Part D, prescription drugs",
}

RANK: dict[str, int] = {model: number for number, model in enumerate(MODELS)}
