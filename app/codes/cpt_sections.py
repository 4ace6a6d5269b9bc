"""The ways through the numbers of CPT: ranges of numbers under plain names of our own.

The book's own headings belong to the AMA. These names are ours, in plain words; the ranges are
rough where the book's are finer, and only say in what part of the book a number stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_CODE = re.compile(r"\d{4}[0-9AFTMU]")


@dataclass(frozen=True, slots=True)
class Section:
    """A range of numbers. `inside` is the first number of the section it is a part of."""

    first: str
    last: str
    name: str
    inside: str = ""

    @property
    def slug(self) -> str:
        """As addresses write it: "10004-69990"."""
        return f"{self.first}-{self.last}"

    def holds(self, code: str) -> bool:
        return self.first <= code <= self.last and self.first[4:].isdigit() == code[4:].isdigit()


# Of numbers without a letter, in their order; no two at one level overlap.
SECTIONS: tuple[Section, ...] = (
    Section("00100", "01999", "Anesthesia"),
    Section("10004", "69990", "Surgery"),
    Section("70010", "79999", "Imaging and radiation"),
    Section("80047", "89398", "Laboratory and pathology"),
    Section("90281", "99199", "Medicine"),
    Section("99202", "99499", "Visits and care management"),
    Section("99500", "99607", "Home services and medication management"),
)

PARTS: tuple[Section, ...] = (
    Section("00100", "00222", "Anesthesia: head", "00100"),
    Section("00300", "00352", "Anesthesia: neck", "00100"),
    Section("00400", "00474", "Anesthesia: chest wall and shoulder girdle", "00100"),
    Section("00500", "00580", "Anesthesia: inside the chest", "00100"),
    Section("00600", "00670", "Anesthesia: spine", "00100"),
    Section("00700", "00797", "Anesthesia: upper abdomen", "00100"),
    Section("00800", "00882", "Anesthesia: lower abdomen", "00100"),
    Section("00902", "00952", "Anesthesia: perineum", "00100"),
    Section("01112", "01173", "Anesthesia: pelvis", "00100"),
    Section("01200", "01522", "Anesthesia: leg and foot", "00100"),
    Section("01610", "01860", "Anesthesia: shoulder, arm and hand", "00100"),
    Section("01916", "01942", "Anesthesia: imaging and spinal procedures", "00100"),
    Section("01951", "01953", "Anesthesia: burns", "00100"),
    Section("01958", "01969", "Anesthesia: childbirth", "00100"),
    Section("01990", "01999", "Anesthesia: other", "00100"),
    Section("10004", "10021", "Needle sampling", "10004"),
    Section("10030", "19499", "Skin and breast", "10004"),
    Section("20100", "29999", "Muscles, bones and joints", "10004"),
    Section("30000", "32999", "Nose, airways and lungs", "10004"),
    Section("33016", "37799", "Heart and vessels", "10004"),
    Section("38100", "38999", "Spleen, marrow and lymph", "10004"),
    Section("39000", "39599", "Mediastinum and diaphragm", "10004"),
    Section("40490", "49999", "Mouth, stomach, bowel and abdomen", "10004"),
    Section("50010", "53899", "Kidneys, bladder and urethra", "10004"),
    Section("54000", "55899", "Male genital organs", "10004"),
    Section("55920", "55980", "Other genital procedures", "10004"),
    Section("56405", "58999", "Female genital organs", "10004"),
    Section("59000", "59899", "Pregnancy and birth", "10004"),
    Section("60000", "60699", "Thyroid and other glands", "10004"),
    Section("61000", "64999", "Brain, spine and nerves", "10004"),
    Section("65091", "68899", "Eyes", "10004"),
    Section("69000", "69979", "Ears", "10004"),
    Section("69990", "69990", "Operating microscope", "10004"),
    Section("70010", "76499", "X-ray, CT and MRI", "70010"),
    Section("76506", "76999", "Ultrasound", "70010"),
    Section("77001", "77022", "Imaging guidance", "70010"),
    Section("77046", "77067", "Breast imaging", "70010"),
    Section("77071", "77092", "Bone and joint studies", "70010"),
    Section("77261", "77799", "Radiation treatment", "70010"),
    Section("78012", "79999", "Nuclear medicine", "70010"),
    Section("80047", "80081", "Panels", "80047"),
    Section("80143", "80377", "Drug levels and drug testing", "80047"),
    Section("80400", "80439", "Stimulation and suppression tests", "80047"),
    Section("80500", "80506", "Consultations on laboratory results", "80047"),
    Section("81000", "81099", "Urine tests", "80047"),
    Section("81105", "81479", "Gene tests", "80047"),
    Section("81490", "81599", "Assays with algorithms", "80047"),
    Section("82009", "84999", "Chemistry", "80047"),
    Section("85002", "85999", "Blood counts and clotting", "80047"),
    Section("86000", "86849", "Immunology", "80047"),
    Section("86850", "86999", "Blood bank", "80047"),
    Section("87003", "87999", "Microbiology", "80047"),
    Section("88000", "88099", "Autopsy", "80047"),
    Section("88104", "88399", "Cells, tissue and chromosomes", "80047"),
    Section("88720", "89240", "Other laboratory tests", "80047"),
    Section("89250", "89398", "Reproductive laboratory", "80047"),
    Section("90281", "90399", "Immune globulins", "90281"),
    Section("90460", "90484", "Giving vaccines", "90281"),
    Section("90581", "90759", "Vaccines", "90281"),
    Section("90785", "90899", "Mental health", "90281"),
    Section("90901", "90913", "Biofeedback", "90281"),
    Section("90935", "90999", "Dialysis", "90281"),
    Section("91010", "91299", "Digestive tests", "90281"),
    Section("91300", "91399", "Vaccines of 2020 and later", "90281"),
    Section("92002", "92499", "Eye care", "90281"),
    Section("92502", "92700", "Ear, speech and hearing", "90281"),
    Section("92920", "93799", "Heart tests and procedures", "90281"),
    Section("93880", "93998", "Vessel studies", "90281"),
    Section("94002", "94799", "Breathing", "90281"),
    Section("95004", "95199", "Allergy", "90281"),
    Section("95249", "95251", "Glucose monitoring", "90281"),
    Section("95700", "96020", "Nerve, muscle and sleep studies", "90281"),
    Section("96040", "96041", "Genetic counseling", "90281"),
    Section("96105", "96146", "Cognitive and behavioral testing", "90281"),
    Section("96156", "96171", "Health behavior", "90281"),
    Section("96202", "96203", "Caregiver training", "90281"),
    Section("96360", "96549", "Infusion and chemotherapy", "90281"),
    Section("96567", "96574", "Light treatment", "90281"),
    Section("96900", "96999", "Special skin procedures", "90281"),
    Section("97010", "97799", "Physical and occupational therapy", "90281"),
    Section("97802", "97804", "Nutrition", "90281"),
    Section("97810", "97814", "Acupuncture", "90281"),
    Section("98000", "98016", "Visits by video or telephone", "90281"),
    Section("98925", "98943", "Manipulation", "90281"),
    Section("98960", "98986", "Education and remote care", "90281"),
    Section("99000", "99091", "Special services and reports", "90281"),
    Section("99100", "99140", "Conditions that complicate anesthesia", "90281"),
    Section("99151", "99157", "Moderate sedation", "90281"),
    Section("99170", "99199", "Other medicine", "90281"),
    Section("99202", "99215", "Office visits", "99202"),
    Section("99217", "99239", "Hospital care", "99202"),
    Section("99242", "99255", "Consultations", "99202"),
    Section("99281", "99288", "Emergency department", "99202"),
    Section("99291", "99292", "Critical care", "99202"),
    Section("99304", "99316", "Nursing facility", "99202"),
    Section("99341", "99350", "Home visits", "99202"),
    Section("99358", "99418", "Prolonged care, prevention and counseling", "99202"),
    Section("99421", "99449", "Online, telephone and remote care", "99202"),
    Section("99450", "99459", "Evaluations for others", "99202"),
    Section("99460", "99486", "Newborn and intensive care of children", "99202"),
    Section("99487", "99499", "Care management and planning", "99202"),
    Section("99500", "99602", "Home visits by other professionals", "99500"),
    Section("99605", "99607", "Medication management", "99500"),
)

# Numbers that end in a letter stand apart, by that letter.
LETTERED: tuple[Section, ...] = (
    Section("0001A", "9999A", "Vaccine administration of 2020 to 2023"),
    Section("0001F", "9007F", "Performance measures"),
    Section("0001M", "9999M", "Multianalyte assays for administration"),
    Section("0001T", "9999T", "Temporary codes of new technology"),
    Section("0001U", "9999U", "Proprietary laboratory analyses"),
)

_BY_LETTER = {section.first[4]: section for section in LETTERED}


def section_of(code: str) -> Section | None:
    """The section that a CPT number stands in; None where no range holds it."""
    if not _CODE.fullmatch(code):
        return None
    if lettered := _BY_LETTER.get(code[4]):
        return lettered if lettered.holds(code) else None
    return _holding(SECTIONS, code)


def part_of(code: str) -> Section | None:
    """The part of its section that a CPT number stands in, where one holds it."""
    if not _CODE.fullmatch(code) or code[4] in _BY_LETTER:
        return None
    return _holding(PARTS, code)


def parts_of(section: Section) -> tuple[Section, ...]:
    return tuple(part for part in PARTS if part.inside == section.first)


def named(slug: str) -> Section | None:
    """The section or part that an address means."""
    return next((s for s in (*SECTIONS, *LETTERED, *PARTS) if s.slug == slug), None)


def _holding(sections: tuple[Section, ...], code: str) -> Section | None:
    at = bisect_right(sections, code, key=lambda section: section.first)
    return sections[at - 1] if at and sections[at - 1].holds(code) else None
