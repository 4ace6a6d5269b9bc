"""What the payment indicators of ambulatory surgical centers mean, in plain words.

After Addendum DD1 of the ASC rule, https://www.cms.gov/medicare/payment/
prospective-payment-systems/ambulatory-surgical-center-asc.
"""

from __future__ import annotations

INDICATORS: dict[str, str] = {
    "A2": "A procedure on the list since 2007, paid from its outpatient hospital weight.",
    "B5": "Not paid; another code may be.",
    "C5": "An inpatient procedure: not paid.",
    "D1": "A dental service beside a procedure: not paid separately.",
    "D2": "A dental procedure not done mainly in offices, paid from its outpatient hospital "
    "weight.",
    "D5": "Deleted or discontinued: not paid.",
    "E5": "Not valid for Medicare, by coverage rules or by law: not paid.",
    "F4": "Paid at reasonable cost: corneal tissue, hepatitis B vaccine.",
    "G2": "A procedure not done mainly in offices, on the list since 2008 or later, paid from its "
    "outpatient hospital weight.",
    "H2": "A source for brachytherapy, paid separately beside a procedure on the list, at the "
    "outpatient hospital rate.",
    "J7": "A device with pass-through status, paid separately beside a procedure on the list; the "
    "contractor prices it.",
    "J8": "A procedure whose cost is largely its device, paid at an adjusted rate.",
    "K2": "A drug or biological, paid separately beside a procedure on the list, at the outpatient "
    "hospital rate.",
    "K5": "No price or claims data exist for it: not paid.",
    "K7": "An unclassified drug or biological; the contractor prices it.",
    "L1": "An influenza or pneumococcal vaccine, packaged: not paid separately.",
    "L6": "A new technology intraocular lens, with a payment of its own.",
    "M5": "A measure of quality that is reported only: not paid.",
    "N1": "Packaged into the payment for a procedure: not paid separately.",
    "P2": "A procedure done mainly in offices, with a practice expense there, paid from its "
    "outpatient hospital weight.",
    "P3": "A procedure done mainly in offices, paid from the practice expense of the physician fee "
    "schedule.",
    "R2": "A procedure done mainly in offices, without a practice expense there, paid from its "
    "outpatient hospital weight.",
    "X5": "Unsafe in a surgical center: not paid.",
    "Y5": "No surgery, or not valid in a surgical center: not paid.",
    "Z2": "Radiology or a diagnostic service, paid separately beside a procedure on the list, from "
    "its outpatient hospital weight.",
    "Z3": "Radiology or a diagnostic service, paid separately beside a procedure on the list, from "
    "the practice expense of the physician fee schedule.",
}
