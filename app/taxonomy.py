"""The taxonomy of the trade: credentials, settings, specialties and the rest, as plain data.

Slugs are stored and appear in URLs; labels are shown. A slug is never reused or renamed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credential:
    slug: str
    name: str
    issuer: str
    apprentice_form: bool = False  # the issuer grants it with an -A until experience is shown

    @property
    def label(self) -> str:
        return SPELLED.get(self.slug, self.slug.upper())


SPELLED = {
    "ccs-p": "CCS-P",
    "ccds-o": "CCDS-O",
    "hcs-d": "HCS-D",
    "hcs-o": "HCS-O",
    "ods-c": "ODS-C",
}

CREDENTIALS: dict[str, Credential] = {
    c.slug: c
    for c in (
        Credential("cpc", "Certified Professional Coder", "AAPC", True),
        Credential("coc", "Certified Outpatient Coder", "AAPC", True),
        Credential("cic", "Certified Inpatient Coder", "AAPC", True),
        Credential("crc", "Certified Risk Adjustment Coder", "AAPC", True),
        Credential("cpma", "Certified Professional Medical Auditor", "AAPC"),
        Credential("cdeo", "Certified Documentation Expert Outpatient", "AAPC"),
        Credential("cpb", "Certified Professional Biller", "AAPC", True),
        Credential("cppm", "Certified Physician Practice Manager", "AAPC"),
        Credential("cpco", "Certified Professional Compliance Officer", "AAPC"),
        Credential("circc", "Certified Interventional Radiology Cardiovascular Coder", "AAPC"),
        Credential("cascc", "Certified Ambulatory Surgical Center Coder", "AAPC"),
        Credential("canpc", "Certified Anesthesia and Pain Management Coder", "AAPC"),
        Credential("ccc", "Certified Cardiology Coder", "AAPC"),
        Credential("ccvtc", "Certified Cardiovascular and Thoracic Surgery Coder", "AAPC"),
        Credential("cedc", "Certified Emergency Department Coder", "AAPC"),
        Credential("cemc", "Certified Evaluation and Management Coder", "AAPC"),
        Credential("centc", "Certified ENT Coder", "AAPC"),
        Credential("cfpc", "Certified Family Practice Coder", "AAPC"),
        Credential("cgic", "Certified Gastroenterology Coder", "AAPC"),
        Credential("cgsc", "Certified General Surgery Coder", "AAPC"),
        Credential("chonc", "Certified Hematology and Oncology Coder", "AAPC"),
        Credential("cobgc", "Certified Obstetrics Gynecology Coder", "AAPC"),
        Credential("copc", "Certified Ophthalmology Coder", "AAPC"),
        Credential("cosc", "Certified Orthopaedic Surgery Coder", "AAPC"),
        Credential("cpcd", "Certified Professional Coder in Dermatology", "AAPC"),
        Credential("cpedc", "Certified Pediatrics Coder", "AAPC"),
        Credential("crhc", "Certified Rheumatology Coder", "AAPC"),
        Credential("cuc", "Certified Urology Coder", "AAPC"),
        Credential("cca", "Certified Coding Associate", "AHIMA"),
        Credential("ccs", "Certified Coding Specialist", "AHIMA"),
        Credential("ccs-p", "Certified Coding Specialist, Physician-based", "AHIMA"),
        Credential("rhit", "Registered Health Information Technician", "AHIMA"),
        Credential("rhia", "Registered Health Information Administrator", "AHIMA"),
        Credential("cdip", "Certified Documentation Integrity Practitioner", "AHIMA"),
        Credential("chda", "Certified Health Data Analyst", "AHIMA"),
        Credential("chps", "Certified in Healthcare Privacy and Security", "AHIMA"),
        Credential("ccds", "Certified Clinical Documentation Specialist", "ACDIS"),
        Credential("ccds-o", "Certified Clinical Documentation Specialist, Outpatient", "ACDIS"),
        Credential("hcs-d", "Homecare Coding Specialist, Diagnosis", "BMSC"),
        Credential("hcs-o", "Homecare Clinical Specialist, OASIS", "BMSC"),
        Credential("rcc", "Radiology Certified Coder", "RCCB"),
        Credential("rccir", "Radiology Certified Coder, Interventional", "RCCB"),
        Credential("cbcs", "Certified Billing and Coding Specialist", "NHA"),
        Credential("ods-c", "Oncology Data Specialist", "NCRA"),
    )
}

_AAPC_BY_SPECIALTY = [
    "cascc", "canpc", "ccc", "ccvtc", "cedc", "cemc", "centc", "cfpc", "cgic",
    "cgsc", "chonc", "cobgc", "copc", "cosc", "cpcd", "cpedc", "crhc", "cuc",
]  # fmt: skip
# Where all of them are listed: those that most listings name come first.
CREDENTIAL_GROUPS: dict[str, list[str]] = {
    "AAPC": [c.slug for c in CREDENTIALS.values()
             if c.issuer == "AAPC" and c.slug not in _AAPC_BY_SPECIALTY],
    "AHIMA": [c.slug for c in CREDENTIALS.values() if c.issuer == "AHIMA"],
    "AAPC, by specialty": _AAPC_BY_SPECIALTY,
    "Other issuers": [c.slug for c in CREDENTIALS.values() if c.issuer not in ("AAPC", "AHIMA")],
}  # fmt: skip

ROLES = {
    "coder": "Coder",
    "lead-coder": "Lead coder",
    "auditor": "Coding auditor",
    "cdi": "CDI specialist",
    "risk-adjustment": "Risk adjustment coder",
    "drg-validation": "DRG validation",
    "denials": "Denials and appeals",
    "educator": "Coding educator",
    "manager": "Manager or director",
    "compliance": "Compliance",
    "biller-coder": "Biller and coder",
    "charge-capture": "Charge capture",
    "registrar": "Cancer registrar",
    "apprentice": "Apprentice or intern",
}

SETTINGS = {
    "inpatient": "Inpatient facility",
    "outpatient": "Outpatient facility",
    "ed": "Emergency department",
    "observation": "Observation",
    "asc": "Same-day surgery, ASC",
    "ancillary": "Ancillary",
    "profee": "Professional fee",
    "em": "E/M",
    "risk-adjustment": "Risk adjustment, HCC",
    "home-health": "Home health",
    "hospice": "Hospice",
    "post-acute": "SNF, LTAC, IRF",
    "fqhc": "FQHC, RHC",
    "behavioral": "Behavioral health",
    "payer": "Payer",
    "rcm": "Revenue cycle vendor",
    "government": "Government, VA",
}

SPECIALTIES = {
    "anesthesia": "Anesthesia",
    "cardiology": "Cardiology, cath, EP",
    "dermatology": "Dermatology",
    "emergency": "Emergency medicine",
    "ent": "ENT",
    "family": "Family and internal medicine",
    "gastroenterology": "Gastroenterology",
    "general-surgery": "General surgery",
    "hem-onc": "Hematology, oncology, radiation",
    "interventional-radiology": "Interventional radiology",
    "nephrology": "Nephrology",
    "neurosurgery": "Neurosurgery, spine",
    "ob-gyn": "OB/GYN",
    "ophthalmology": "Ophthalmology",
    "orthopaedics": "Orthopaedics",
    "pain": "Pain management",
    "pathology": "Pathology, laboratory",
    "paediatrics": "Pediatrics",
    "plastics": "Plastic surgery",
    "podiatry": "Podiatry",
    "psychiatry": "Psychiatry",
    "pulmonary": "Pulmonary",
    "radiology": "Radiology",
    "rheumatology": "Rheumatology",
    "trauma": "Trauma, burn",
    "transplant": "Transplant",
    "urology": "Urology",
    "vascular": "Vascular",
    "wound": "Wound care",
    "multi": "Multi-specialty",
}

CODE_SETS = {
    "icd10cm": "ICD-10-CM",
    "icd10pcs": "ICD-10-PCS",
    "cpt": "CPT",
    "hcpcs": "HCPCS Level II",
    "ms-drg": "MS-DRG",
    "apr-drg": "APR-DRG",
    "apc": "APC",
    "hcc": "HCC",
    "cdt": "CDT",
}

TOOLS = {
    "epic": "Epic",
    "oracle-health": "Oracle Health (Cerner)",
    "meditech": "Meditech",
    "eclinicalworks": "eClinicalWorks",
    "athenahealth": "athenahealth",
    "nextgen": "NextGen",
    "advancedmd": "AdvancedMD",
    "vista": "CPRS, VistA",
    "360-encompass": "Solventum 360 Encompass",
    "3m-encoder": "3M Coding and Reimbursement",
    "encoderpro": "Optum EncoderPro",
    "optum-cac": "Optum CAC",
    "trucode": "TruCode",
    "codify": "Codify",
    "find-a-code": "Find-A-Code",
    "dolbey": "Dolbey Fusion",
    "nuance": "Nuance",
}
TOOL_NEEDS = {"required": "Required", "preferred": "Preferred", "trained": "We train you"}

PLACE_KINDS = {"remote": "Remote", "hybrid": "Hybrid", "onsite": "On site"}

ENGAGEMENTS = {
    "full-time": "Full time, W-2",
    "part-time": "Part time, W-2",
    "prn": "PRN, per diem",
    "contract": "Contract, W-2",
    "1099": "1099",
    "temp-to-perm": "Temp to perm",
    "apprenticeship": "Apprenticeship",
}

PAY_UNITS = {
    "hour": "an hour",
    "year": "a year",
    "chart": "per chart",
    "encounter": "per encounter",
    "rvu": "per RVU",
}
HOURS_A_YEAR = 2_080  # full time, the figure the Department of Labor converts with
# The units that compare, and how often each is paid in a year; no calendar converts a chart.
TIMES_A_YEAR = {"hour": HOURS_A_YEAR, "year": 1}

EXPERIENCE = {
    "none": "No experience needed",
    "under-1": "Less than a year",
    "1-2": "1 to 2 years",
    "3-4": "3 to 4 years",
    "5-plus": "5 years or more",
}

PRODUCTIVITY_UNITS = {"hour": "an hour", "day": "a day", "week": "a week"}

CREDENTIAL_STATUSES = {
    "stated": "Stated by the coder",
    "document": "Document seen",
    "confirmed": "Confirmed by the issuer",
    "expired": "Expired",
}

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia",
    "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois",
    "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York",
    "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon",
    "PA": "Pennsylvania", "PR": "Puerto Rico", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
