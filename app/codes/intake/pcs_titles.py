"""Titles of ICD-10-PCS codes composed from the labels of their axes, as CMS composes its own.

CMS's tables give the labels of each of a code's seven characters and no title. Its titles follow
rules of the language, by section and operation; the rules here are read off titles CMS published.
"""

from __future__ import annotations

from collections.abc import Callable

from app.codes.intake.pcs_labels import approach, led, listed, said, spaced
from app.codes.intake.pcs_surgery import Labels, obstetric, surgical

Rule = Callable[[str, str, Labels], str]


def compose_title(table: str, operation: str, labels: Labels) -> str:
    """The title of a code of a table ("001"), its operation or type, and its four other labels."""
    return _SECTIONS.get(table[:1], surgical)(table, operation, labels)


def _way(label: str) -> str:
    """The approach, where it is not what such procedures have anyway."""
    return "" if label == "External" else approach(label)


def _placement(table: str, operation: str, labels: Labels) -> str:
    part, device, qualifier = said(labels[0]), said(labels[2]), said(labels[3])
    word = {"Change": "Change", "Removal": "Removal of"}.get(operation)
    if word is None:
        region = f"{part} Region" if part in ("Nasal", "Anorectal") else part
        head = spaced(operation, "of", region, led("using", device))
    elif table.startswith("2Y"):
        head = spaced(word, part, device)
    else:
        head = spaced(word, device, "on", part)
    return listed(head, _way(labels[1]), qualifier)


_OWNERS = {"Autologous", "Nonautologous"}


def _administration(_table: str, operation: str, labels: Labels) -> str:
    part, substance, qualifier = said(labels[0]), said(labels[2]), said(labels[3])
    if operation == "Irrigation":
        return listed(f"Irrigation of {part} using {substance}", _way(labels[1]), qualifier)
    given = substance
    if qualifier in _OWNERS or qualifier == "Hyperthermic":
        given = f"{qualifier} {substance}"
    elif labels[3].startswith("Allogeneic, "):
        given = f"{labels[3].replace(',', '')} {substance}"
    elif qualifier == "Monoclonal Antibody":
        given = f"{substance}, {qualifier},"
    elif qualifier == "Nitric Oxide":
        given = "Nitric Oxide Gas"
    elif qualifier == "Blood Brain Barrier Disruption":
        given = f"{qualifier} Substance"
    elif qualifier and qualifier != "Other Substance":
        given = qualifier
    return listed(f"{operation} of {given} into {part}", approach(labels[1]))


_AGENTS = {"Indocyanine Green Dye", "Pafolacianine", "Wireless Sensor"}


def _measurement(_table: str, operation: str, labels: Labels) -> str:
    system, function, qualifier = said(labels[0]), said(labels[2]), said(labels[3])
    if qualifier == "Intracranial" and system == "Central Nervous":
        return listed(f"{operation} of Intracranial {function}", approach(labels[1]))
    if qualifier in _AGENTS:
        function, qualifier = f"{function} using {qualifier}", ""
    if qualifier == "Stress":
        function, qualifier = (function if operation == "Measurement" else "Stress"), ""
    return listed(spaced(operation, "of", system, function), qualifier, approach(labels[1]))


def _assistance(_table: str, operation: str, labels: Labels) -> str:
    system, duration, function = said(labels[0]), labels[1], said(labels[2])
    qualifier = "" if labels[3] == "No Qualifier" else labels[3]
    if function == "Oxygenation" and qualifier.startswith("Membrane"):
        during = duration if duration == "Intraoperative" else ""
        return listed("Extracorporeal Oxygenation", qualifier, during)
    if qualifier == "Hyperbaric":
        return listed(f"Extracorporeal {qualifier} Oxygenation", duration)
    word = "with" if operation == "Assistance" else "of"
    head = f"{operation} {word} {system} {function}"
    if operation == "Performance" and function == "Ventilation":
        head = f"{system} {function}"
    if qualifier.endswith(("Pump", "Compression")):
        return listed(f"{head} using {qualifier}", duration)
    return listed(head, duration, qualifier)


def _therapy(_table: str, operation: str, labels: Labels) -> str:
    system, duration, device, qualifier = map(said, labels)
    if device:
        return listed(f"{operation} of {system} {device}", duration)
    if qualifier or system == "Skin":
        return listed(f"{operation} of {qualifier or system}", duration)
    return listed(operation, system, duration)


_REGIONS = {"Cervical", "Thoracic", "Lumbar"}


def _manual(table: str, operation: str, labels: Labels) -> str:
    region, method = said(labels[0]), said(labels[2])
    region = f"{region} Region" if region in _REGIONS else region
    if table.startswith("9"):
        return listed(f"Chiropractic {operation} of {region}", method)
    forces = method.endswith(("Indirect", "Raising", "Amplitude", "Isometric", "Isotonic"))
    return f"Osteopathic {operation} of {region} using {method}{' Forces' if forces else ''}"


def _other(table: str, _operation: str, labels: Labels) -> str:
    region, method, qualifier = said(labels[0]), said(labels[2]), said(labels[3])
    if method == "Other Method" and qualifier:
        word = "from" if qualifier == "Suture Removal" else "of"
        return listed(f"{qualifier} {word} {region}", _way(labels[1]))
    if method == "Collection":
        within = f"Indwelling Device in {region}" if table.startswith("8C") else region
        return listed(f"Collection of {qualifier} from {within}", _way(labels[1]))
    if method == "Therapeutic Massage":
        return f"{method} of {qualifier or region}"
    if qualifier in _AGENTS:
        return listed(f"{method} of {region} using {qualifier}", _way(labels[1]))
    return listed(f"{method} of {region}", _way(labels[1]), qualifier)


_TECHNIQUES = ("Coherence", "Autofluorescence")


def _imaging(table: str, operation: str, labels: Labels) -> str:
    part, agent, first, second = map(said, labels)
    if table.startswith("B") and agent.endswith("Osmolar"):
        agent = f"{agent} Contrast"
    if first.endswith(_TECHNIQUES) and not agent:
        agent, first = first, ""
    qualifiers = spaced(first, second) if first == "Laser" else listed(first, second)
    return listed(spaced(operation, "of", part, led("using", agent)), qualifiers)


def _radiation(_table: str, operation: str, labels: Labels) -> str:
    site, modality, isotope, qualifier = map(said, labels)
    if operation == "Beam Radiation":
        return listed(f"Beam Radiation of {site} using {modality}", isotope, qualifier)
    if operation == "Brachytherapy":
        head = f"{modality} Brachytherapy of {site}"
    elif modality == "Isotope Administration":
        head = f"{modality} to {site}"
    else:
        head = f"{modality} of {site}"
    return listed(spaced(head, led("using", isotope)), qualifier)


# Equipment that is said without the word.
_NAMED = ("Orthosis", "Prosthesis", "Computer", "Audiometer", "Tympanometer", "Booth")


def _rehabilitation(_table: str, operation: str, labels: Labels) -> str:
    region, equipment, qualifier = said(labels[0]), said(labels[2]), said(labels[3])
    kind = labels[1]  # lists what is done and has nothing to be said first
    if equipment and not equipment.endswith((*_NAMED, "Equipment", "Agents")):
        equipment = f"{equipment} Equipment"
    if operation == "Caregiver Training":
        head = f"Caregiver Training in {kind}"
    elif operation == "Device Fitting":
        head = f"{kind} Device Fitting"
    else:
        head = f"{kind} {operation.split()[-1]}"
    return listed(spaced(head, led("of", region), led("using", equipment)), qualifier)


def _mental(table: str, operation: str, labels: Labels) -> str:
    qualifier = said(labels[0])
    if table.startswith("H"):
        operation = f"{operation} for Substance Abuse Treatment"
    elif operation == "Counseling":
        return qualifier if qualifier.endswith(operation) else f"{qualifier} {operation}"
    if qualifier == "Other Electroconvulsive Therapy":
        return qualifier
    if qualifier.startswith("Other ") and qualifier.removeprefix("Other ") in operation:
        return operation
    return listed(operation, qualifier)


_SAID_WITH = {"Replacement", "Restriction", "Supplement"}


def _new_technology(_table: str, operation: str, labels: Labels) -> str:
    part, device, group = said(labels[0]), said(labels[2]), said(labels[3])
    way = approach(labels[1])
    if part == "Extracorporeal":
        head, way = f"Extracorporeal {operation} of {device}", ""
    elif operation in ("Insertion", "Introduction", "Transfusion"):
        head = f"{operation} of {device} into {part}"
    elif operation == "Measurement":
        head, way = f"Measurement of {labels[2]}", ""
    elif operation == "Monitoring" and "," in labels[2]:
        head, way = f"Monitoring of {labels[2]}", _way(labels[1])
    elif device == "Oxygen Saturation":
        head = f"{operation} of {part} {device}"
    elif operation == "Assistance":
        head = f"{device} {'from' if device.endswith('Circuit') else 'in'} {part}"
    elif operation == "Other Procedures":
        head, way = f"{device} of {part}", ""
    elif operation == "Extirpation":
        head = f"Extirpation of Matter from {part} using {device}"
    elif operation in ("Supplement", "Bypass"):
        word = "with" if operation in _SAID_WITH else "using"
        head = f"{operation} {part} {word} {device}"
    else:
        word = "with" if operation in _SAID_WITH else "using"
        head = f"{operation} of {part} {word} {device}"
        way = "" if operation == "Inspection" else way
    return listed(head, way, group)


_SECTIONS: dict[str, Rule] = {
    "0": surgical,
    "1": obstetric,
    "2": _placement,
    "3": _administration,
    "4": _measurement,
    "5": _assistance,
    "6": _therapy,
    "7": _manual,
    "8": _other,
    "9": _manual,
    "B": _imaging,
    "C": _imaging,
    "D": _radiation,
    "F": _rehabilitation,
    "G": _mental,
    "H": _mental,
    "X": _new_technology,
}
