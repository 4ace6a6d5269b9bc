"""What the letters and digits of the Medicare physician fee schedule stand for, in words.

The values are those of the record layout and Attachment A that CMS ships in each release of its
relative value files, and of Pub. 100-04, chapter 23, addendum; the words are this site's own.
"""

from __future__ import annotations

# Only the relative values of these are used for payment; R where the file shows any.
PAID_STATUSES = frozenset("ART")

STATUS = {
    "A": "Active: paid separately under the fee schedule when it is covered.",
    "B": "Bundled: its payment is always part of the payment for another service.",
    "C": "Priced by the Medicare contractor, usually case by case from the report.",
    "D": "Deleted as of the beginning of the year.",
    "E": "Excluded from the fee schedule by regulation; covered items are paid in another way.",
    "F": "Deleted or discontinued, without a grace period.",
    "G": "Not valid for Medicare, which uses another code; a grace period of 90 days applied.",
    "H": "The component of this modifier was deleted.",
    "I": "Not valid for Medicare, which uses another code for the service.",
    "J": "Anesthesia: paid by base and time units, not by relative values.",
    "M": "A measure that is reported only; it is not paid.",
    "N": "Not covered by Medicare.",
    "P": "Bundled or excluded: no separate payment is made under the fee schedule.",
    "Q": "Functional information of therapy that is reported only; it is not paid.",
    "R": "Restricted coverage: special rules decide; without relative values the contractor "
    "prices it.",
    "T": "Paid only where nothing else of the fee schedule is billed by the same provider that "
    "day.",
    "X": "Outside the fee schedule by law: not a physician service.",
}

PCTC = {
    "0": "A physician service. It has no professional and technical components: 26 and TC do not "
    "apply.",
    "1": "A diagnostic test or radiology service. 26 is the professional component, TC the "
    "technical one, no modifier both.",
    "2": "The professional component only, as a code of its own: 26 and TC do not apply.",
    "3": "The technical component only, as a code of its own: 26 and TC do not apply.",
    "4": "The whole test, as a code of its own: 26 and TC do not apply.",
    "5": "Incident to a physician's service, done by the practice's staff. Not paid to the "
    "physician for hospital inpatients or outpatients; 26 and TC do not apply.",
    "6": "A clinical laboratory code whose interpretation by a laboratory physician is paid "
    "separately with 26. TC does not apply.",
    "7": "Physical therapy. Not paid to an independent therapist for hospital inpatients or "
    "outpatients.",
    "8": "The physician's interpretation of a laboratory test, paid only for an abnormal smear of "
    "a hospital inpatient. TC does not apply.",
    "9": "Professional and technical components do not apply.",
}

GLOBAL = {
    "000": "Endoscopic or minor procedure: the fee holds what is done on the day itself; a visit "
    "that day is generally not paid.",
    "010": "Minor procedure: the fee holds the day itself and 10 days after it; visits in that "
    "time are generally not paid.",
    "090": "Major surgery: the fee holds the day before, the day itself and 90 days after it.",
    "MMM": "Maternity: the usual global period does not apply.",
    "XXX": "The global period does not apply.",
    "YYY": "The contractor decides whether there is a global period and how long it is.",
    "ZZZ": "Goes with another service and is always within that one's global period.",
}

MULTIPLE = {
    "0": "No reduction applies.",
    "1": "The rules before 1995 apply: 100%, 50%, 25%, then by report.",
    "2": "The standard reduction applies: the highest fee of the day at 100%, the second to the "
    "fifth at 50%, further ones by report.",
    "3": "The rule for endoscopies of one family applies: the highest in full, each other less the "
    "fee of the family's base code; then the standard reduction against other procedures.",
    "4": "Diagnostic imaging: in one session the highest in full; of each further one the "
    "technical component at 50% and the professional component at 95%.",
    "5": "Therapy: after the highest practice expense of the day, each further unit's practice "
    "expense at 50%.",
    "6": "Cardiovascular diagnostics: the second and further technical components of the day at "
    "75%.",
    "7": "Ophthalmology diagnostics: the second and further technical components of the day at "
    "80%.",
    "9": "The rule does not apply.",
}

BILATERAL = {
    "0": "150% does not apply: both sides are paid at no more than 100% of one code's fee.",
    "1": "150% applies: both sides together are paid at 150% of one code's fee.",
    "2": "The fee is already for both sides: they are paid at 100% of it.",
    "3": "Each side is paid at 100%: 200% for both. Mostly radiology and other diagnostic tests.",
    "9": "The rule does not apply.",
}

ASSISTANT = {
    "0": "Not paid, unless documentation shows that an assistant was medically necessary.",
    "1": "By law an assistant at surgery is not paid.",
    "2": "An assistant at surgery may be paid.",
    "9": "The rule does not apply.",
}

CO_SURGEONS = {
    "0": "Co-surgeons are not permitted.",
    "1": "Co-surgeons may be paid where documentation shows that two were medically necessary.",
    "2": "Co-surgeons are permitted; no documentation is needed where both are of different "
    "specialties.",
    "9": "The rule does not apply.",
}

TEAM = {
    "0": "A team of surgeons is not permitted.",
    "1": "A team may be paid by report where documentation shows that it was medically necessary.",
    "2": "A team of surgeons is permitted; it is paid by report.",
    "9": "The rule does not apply.",
}

SUPERVISION = {
    "01": "General supervision: a physician directs, and need not be there.",
    "02": "Direct supervision: a physician is in the suite and at hand at once.",
    "03": "Personal supervision: a physician is in the room.",
    "04": "None for a qualified psychologist; otherwise general supervision.",
    "05": "None for a qualified audiologist; otherwise general supervision.",
    "06": "Done by a physician, or by a physical therapist certified in electrophysiology.",
    "09": "Supervision rules do not apply.",
    "21": "General supervision of a certified technician; otherwise direct supervision.",
    "22": "A technician may do it while in contact with a physician in real time.",
    "66": "Done by a physician, or by a physical therapist certified for this very procedure.",
    "6A": "As 66; the certified therapist may also supervise another therapist, and bills alone.",
    "77": "Done by a certified physical therapist, by another one under direct supervision, or by "
    "a certified technician under general supervision.",
    "7A": "As 77; the certified therapist may also supervise another therapist, and bills alone.",
}

IMAGING = {
    "88": "Imaging whose further studies of one session are reduced.",
    "99": "The imaging rule does not apply.",
}

PRICE = {
    "1": "The factor of qualifying participants in alternative payment models.",
    "9": "The factor of everyone else.",
}

# By the key that a row of relative values has it under: its name, and what its values mean.
INDICATORS: dict[str, tuple[str, dict[str, str]]] = {
    "status": ("Status", STATUS),
    "pctc": ("Professional and technical component", PCTC),
    "global": ("Global period", GLOBAL),
    "mult": ("Multiple procedures", MULTIPLE),
    "bilateral": ("Bilateral procedure", BILATERAL),
    "assistant": ("Assistant at surgery", ASSISTANT),
    "co": ("Co-surgeons", CO_SURGEONS),
    "team": ("Team of surgeons", TEAM),
    "supervision": ("Physician supervision", SUPERVISION),
    "imaging": ("Imaging family", IMAGING),
    "price_indicator": ("Conversion factor", PRICE),
}


def in_words(field: str, value: str) -> str | None:
    """What an indicator's value means; None where CMS has no such value."""
    named = INDICATORS.get(field)
    return named[1].get(value) if named else None
