"""Labels of ICD-10-PCS axes as they are said within the title of a code."""

from __future__ import annotations

_NOTHING = {"None", "No Qualifier", "No Device"}
_APPROACHES = {"Open", "Percutaneous", "Percutaneous Endoscopic", "External"}

# What follows a label's last comma is said first ("Ureter, Right"), except for these.
_STAYS = {
    # body parts
    "One Artery", "Two Arteries", "Three Arteries", "Four or More Arteries", "Descending",
    "Ascending/Arch", "Ascending", "Arch", "Pylorus", "Retained", "Ectopic", "Circulatory",
    "Cardiac", "Nervous", "Single Fetus", "Multiple Gestation", "Pharynx Muscle",
    "Bile Ducts and Pancreatic Ducts", "Ureters and Bladder", "Ureters and Kidneys",
    "Mouth and Throat", "Subcutaneous Tissue and Breast",
    # devices and substances
    "Cesium-131 Collagen Implant", "Pneumatic", "Autoregulated Electrohydraulic",
    "Flow Diverter", "Single Chamber", "Single Chamber Rate Responsive", "Dual Chamber",
    "Vertebral Body Tether", "Dual Filter", "Single Deflection Filter",
    "Extracorporeal Flow Reversal Circuit", "Bioprosthetic Valve", "Extraluminal Support Device",
    "Lateral Meniscus", "Medial Meniscus", "Genetically Modified", "Toxoid and Vaccine",
    "Sedatives", "Supportive or Protective", "Computer-aided Assessment",
    "Computer-aided Guidance", "One Balloon", "Two Balloons", "Three Balloons",
    "Four or More Balloons", "Vancomycin Hydrochloride and Tobramycin Sulfate Anti-Infective",
    # qualifiers
    "Anterior Column", "Posterior Column", "Therapeutic", "Diagnostic",
    "Subcutaneous Tissue and Fascia", "Nose and Sinus",
}  # fmt: skip

# Labels that are said in another way than any rule has it.
_SAID = {
    "Cardiac Lead, Pacemaker": "Pacemaker Lead",
    "Cardiac Lead, Defibrillator": "Defibrillator Lead",
    "Biologic with Synthetic Substitute, Autoregulated Electrohydraulic": (
        "Biologic and Synthetic Substitute, Autoregulated Electrohydraulic"
    ),
    "Chest, Abdomen and Pelvis": "Chest, Abdomen and Pelvis",
    "Hearing Device, Multiple Channel Cochlear Prosthesis": "Multiple Channel Cochlear Prosthesis",
    "Hearing Device, Single Channel Cochlear Prosthesis": "Single Channel Cochlear Prosthesis",
    "Hepatobiliary System, All": "Hepatobiliary System, All",
    "Infusion Device, Pump": "Infusion Pump",
    "Intraluminal Device, Airway": "Airway",
    "Intraluminal Device, Endobronchial Valve": "Endobronchial Valve",
    "Intraluminal Device, Endotracheal Airway": "Endotracheal Airway",
    "Intraluminal Device, Pessary": "Pessary",
    "Lymphatic, Internal Mammary, Left": "Left Internal Mammary Lymphatic",
    "Lymphatic, Internal Mammary, Right": "Right Internal Mammary Lymphatic",
    "Musculoskeletal System, All": "Musculoskeletal System, All",
    "Musculoskeletal System, Other": "Musculoskeletal System, Other",
    "Plasma, Convalescent (Nonautologous)": "Convalescent Plasma (Nonautologous)",
    "Pulmonary Vein, Confluence": "Pulmonary Vein Confluence",
    "Synthetic Substitute, Intraocular Telescope": "Intraocular Telescope",
    "Synthetic Substitute, Unicondylar Lateral": "Lateral Unicondylar Synthetic Substitute",
    "Synthetic Substitute, Unicondylar Medial": "Medial Unicondylar Synthetic Substitute",
}
_BRANCHED = "Intraluminal Device, Branched or Fenestrated, "
_SEVERAL = ("Two", "Three", "Four or More")


def said(label: str) -> str:
    """A label as a sentence has it: "Right Ureter" of "Ureter, Right"; nothing of "None"."""
    if label in _NOTHING:
        return ""
    if label in _SAID:
        return _SAID[label]
    if label.startswith(_BRANCHED):
        return f"Branched or Fenestrated Intraluminal Device, {label.removeprefix(_BRANCHED)}"
    start, comma, end = label.rpartition(", ")
    if not comma or end in _STAYS:
        return label
    if end in _SEVERAL:
        return f"{end} {said(start)}s"
    return f"{end} {start}"


def approach(label: str) -> str:
    return f"{label} Approach" if label in _APPROACHES else label


def listed(*pieces: str) -> str:
    """The pieces that say something, commas between them."""
    return ", ".join(filter(None, pieces))


def spaced(*pieces: str) -> str:
    return " ".join(filter(None, pieces))


def led(word: str, label: str) -> str:
    """A label with the word that leads to it; nothing without a label."""
    return f"{word} {label}" if label else ""
