"""The lists of the Medicare Code Editor in words: what each means for a claim."""

from __future__ import annotations

# By the group and the rule, as the lists write them: the edit, and what it says of a diagnosis.
EDITS: dict[tuple[str, str], tuple[str, str]] = {
    ("Age", "Perinatal/Newborn (Age 0 Only)"): (
        "Age conflict: newborn",
        "Only for patients of age 0: newborns and infants in their first year.",
    ),
    ("Age", "Pediatric (Ages 0-17)"): ("Age conflict: pediatric", "Only for ages 0 to 17."),
    ("Age", "Maternity (Ages 9-64)"): ("Age conflict: maternity", "Only for ages 9 to 64."),
    ("Age", "Adult (Ages 15-124)"): ("Age conflict: adult", "Only for ages 15 to 124."),
    ("Sex", "Female Only"): ("Sex conflict", "Only for female patients."),
    ("Sex", "Male Only"): ("Sex conflict", "Only for male patients."),
    ("Other", "Manifestation (Not Allowed as Principal Diagnosis)"): (
        "Manifestation code as principal diagnosis",
        "Not allowed as principal diagnosis: the underlying condition is sequenced first.",
    ),
    ("Other", "Unacceptable Principal Diagnosis"): (
        "Unacceptable principal diagnosis",
        "Not accepted as principal diagnosis of an inpatient stay.",
    ),
    ("Other", "Questionable Admission"): (
        "Questionable admission",
        "As principal diagnosis usually no sufficient reason for an inpatient stay.",
    ),
}
