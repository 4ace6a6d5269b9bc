"""Titles of ICD-10-PCS codes of Medical and Surgical and of Obstetrics, composed from labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.codes.intake.pcs_labels import approach, led, listed, said, spaced

Labels = Sequence[str]  # of the axes four to seven

_BARE = {"Bypass", "Map", "Release", "Repair", "Reposition", "Supplement", "Transfer"}
# Operations on what is in a body part: the word between the operation and its object, and the one
# between the object and the body part.
_UPON = {
    "Change": ("", "in"),
    "Insertion": ("of", "into"),
    "Removal": ("of", "from"),
    "Revision": ("of", "in"),
}
_VESSELS = "23456"  # body systems of the heart, the arteries and the veins
_HEART = ("Coronary", "Pericardium")
_AFTER_APPROACH = {"Diagnostic", "Ultrasonic", "Vertical"}
_COUNTS = {"Single", "Multiple", "All"}
_COUNTED_LAST = {"Drainage", "Excision"}
_OF_PART = {*_COUNTS, "Bifurcation", "Sesamoid Bone(s) 1st Toe"}
# Ends of the names of what an operation is done with.
_MEANS = (
    "Ablation",
    "Analysis",
    "Balloon",
    "Deployment Technique",
    "Electroporation",
    "Retriever",
    "Thermal Therapy",
)
_ORIGINS = {"Truncal Valve", "Left Atrioventricular Valve", "Right Atrioventricular Valve"}
# Vessels that blood is led to from these; every other bypass leads away from the part.
_PULMONARY = {"Left Pulmonary Artery", "Right Pulmonary Artery", "Pulmonary Trunk"}
_SYSTEMIC = {"Carotid", "Innominate Artery", "Subclavian"}
# Operations whose qualifier may name the very part that is operated on.
_NARROWED = {"Destruction", "Dilation", "Excision", "Occlusion", "Restriction"}
_NARROW_ENDS = ("Artery", "Plexus", "Appendage", "Arteriosus")


def surgical(table: str, operation: str, labels: Labels) -> str:
    """A title of Medical and Surgical, of a table such as "001"."""
    part, way, device, qualifier = said(labels[0]), approach(labels[1]), *map(said, labels[2:])
    last = ""
    if qualifier in _AFTER_APPROACH or (operation in _COUNTED_LAST and qualifier in _COUNTS):
        last, qualifier = qualifier, ""
    if operation in _UPON:
        head = _upon(operation, part, device, qualifier)
    elif operation == "Fragmentation":
        vessel = table[1] in _VESSELS and not part.startswith(_HEART)
        head = f"Fragmentation {'of' if vessel else 'in'} {part}"
    elif operation == "Supplement" and (table == "0JU" or part.endswith(" Eye")):
        head = f"Supplement of {part} with {device}"
    elif operation in _WORDED:
        head = _WORDED[operation](part, device, qualifier)
    else:
        head = _operated(operation, part, device, qualifier)
    return listed(head, way, last)


def _upon(operation: str, part: str, device: str, qualifier: str) -> str:
    of, into = _UPON[operation]
    if qualifier == "Biventricular":
        device, qualifier = f"{qualifier} {device}", ""
    elif qualifier.startswith("Via "):
        device, qualifier = f"{device}, {qualifier},", ""
    return listed(spaced(operation, of, device, into, part), qualifier)


def _operated(operation: str, part: str, device: str, qualifier: str) -> str:
    """An operation on a part, with a device: "Dilation of Trachea with Intraluminal Device"."""
    if operation in _NARROWED and qualifier.endswith(_NARROW_ENDS):
        part, qualifier = qualifier, ""
    if qualifier in _ORIGINS:
        part, qualifier = f"{part} created from {qualifier}", ""
    bare = operation in _BARE and not (operation == "Repair" and qualifier in _COUNTS)
    head = f"{operation} {part}" if bare else f"{operation} of {part}"
    if qualifier.endswith(_MEANS):
        if not device:
            return f"{head} using {qualifier}"
        return f"{head} with {device}, using {qualifier}"
    if qualifier in _OF_PART and device:
        return f"{head}, {qualifier}, with {device}"
    return listed(spaced(head, led("with", device)), qualifier)


def _bypass(part: str, device: str, qualifier: str) -> str:
    coronary = part.startswith("Coronary Artery")
    pulmonary = part in _PULMONARY and qualifier in _SYSTEMIC
    word = "from" if coronary or pulmonary else "to"
    return spaced("Bypass", part, led(word, qualifier), led("with", device))


def _control(part: str, _device: str, qualifier: str) -> str:
    return listed(f"Control Bleeding in {part}", qualifier)


def _creation(part: str, device: str, qualifier: str) -> str:
    if qualifier in ("Penis", "Vagina"):
        return spaced("Creation of", qualifier, "in", part, led("with", device))
    return spaced("Creation of", part, led("from", qualifier), led("using", device))


def _detachment(part: str, _device: str, qualifier: str) -> str:
    return listed(f"Detachment at {part}", qualifier)


def _extirpation(part: str, _device: str, qualifier: str) -> str:
    if qualifier.endswith(_MEANS):
        return f"Extirpation of Matter from {part} using {qualifier}"
    return listed(f"Extirpation of Matter from {part}", qualifier)


def _replacement(part: str, device: str, qualifier: str) -> str:
    if qualifier.endswith("Flap"):
        return f"Replacement of {part} using {qualifier}"
    if qualifier.endswith(" Toe"):
        return f"Replacement of {part} with {qualifier}, {device}"
    return _operated("Replacement", part, device, qualifier)


def _transfer(part: str, _device: str, qualifier: str) -> str:
    if qualifier.endswith("Flap"):
        return f"Transfer {part}, {qualifier}"
    word = "with" if qualifier.startswith(("Skin", "Subcutaneous")) else "to"
    return spaced("Transfer", part, led(word, qualifier))


_WORDED: dict[str, Callable[[str, str, str], str]] = {
    "Bypass": _bypass,
    "Control": _control,
    "Creation": _creation,
    "Detachment": _detachment,
    "Extirpation": _extirpation,
    "Replacement": _replacement,
    "Transfer": _transfer,
}


def obstetric(table: str, operation: str, labels: Labels) -> str:
    """A title of Obstetrics, where a qualifier may name what is operated on within the fetus."""
    part, device, qualifier = said(labels[0]), said(labels[2]), said(labels[3])
    if not qualifier or operation in ("Abortion", "Delivery"):
        return surgical(table, operation, labels)
    if operation == "Repair":
        head = spaced("Repair", qualifier, "in", part, led("with", device))
    elif operation == "Transplantation":
        head = f"Transplantation of {qualifier} into {part}"
    elif operation == "Drainage":
        head = f"Drainage of {qualifier} from {part}"
    elif qualifier == "Manual":
        head = f"Manual {operation} of {part}"
    else:
        return surgical(table, operation, labels)
    return listed(head, approach(labels[1]))
