"""What the desk of releases works on: uploads, and files of releases as their makers write them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from app import clock
from app.accounts.models import Account
from app.codes.models import ReleaseUpload, UploadState
from app.extensions import db
from tests.factories import unique

PLACES_HEADER = "pos_code,pos_type,pos_name,pos_description"


def make_upload(by: Account, **fields: Any) -> ReleaseUpload:
    upload = ReleaseUpload(
        **{
            "name": "places.csv",
            "key": f"{unique():032x}",
            "size": 12,
            "sha256": f"{unique():064x}",
            "said": {},
            "state": UploadState.REFUSED,
            "uploaded_by": by.id,
            "uploaded_at": clock.now(),
            "finished_at": clock.now(),
            "log": ["Withdrawn."],
            **fields,
        }
    )
    db.session.add(upload)
    db.session.commit()
    return upload


def places(count: int = 60, *, name: str = "Invented place", extra: str = "") -> str:
    """A table of places of service that is long enough to be one."""
    rows = [f'{n:02},Facility,{name} {n},"Where, invented."' for n in range(1, count + 1)]
    return "\r\n".join([PLACES_HEADER, *rows, extra])


def limits_of_units(count: int = 1_100, *, units: int = 1) -> str:
    """A table of medically unlikely edits; CMS's notice goes before its download."""
    header = (
        "HCPCS/CPT Code,DME Supplier Services MUE Values,MUE Adjudication Indicator,MUE Rationale"
    )
    rows = [
        f"A{n:04},{units},3 Date of Service Edit: Clinical,Nature of Equipment"
        for n in range(count)
    ]
    return "\r\n".join([header, *rows])


MUE_NAME = "MCR_MUE_DMESupplierServices_Eff_07-01-2024.csv"


def zipped(files: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
