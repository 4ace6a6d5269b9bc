"""What the status indicators of the outpatient payment system mean, in plain words.

After Addendum D1 of the OPPS rule, https://www.cms.gov/medicare/payment/
prospective-payment-systems/hospital-outpatient-pps.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Paid = Literal["yes", "sometimes", "no", "unknown"]


class StatusIndicator(NamedTuple):
    """`paid` is whether OPPS makes a separate payment for such a code."""

    meaning: str
    paid: Paid


STATUS_INDICATORS: dict[str, StatusIndicator] = {
    "A": StatusIndicator(
        "Not paid under OPPS: Medicare pays it under another fee schedule or payment system.",
        "sometimes",
    ),
    "B": StatusIndicator(
        "Not recognized on an outpatient hospital claim (bill types 12x and 13x). "
        "Another code may be.",
        "sometimes",
    ),
    "C": StatusIndicator(
        "An inpatient procedure: OPPS does not pay it. Admit the patient and bill as inpatient.",
        "sometimes",
    ),
    "D": StatusIndicator("Discontinued: no Medicare payment system pays it.", "no"),
    "E1": StatusIndicator("Not covered by Medicare on an outpatient claim, or not payable.", "no"),
    "E2": StatusIndicator("No price or claims data exist for it, so OPPS sets no rate.", "unknown"),
    "F": StatusIndicator(
        "Paid at reasonable cost outside OPPS: corneal tissue, certain services of nurse "
        "anesthetists, hepatitis B vaccine.",
        "sometimes",
    ),
    "G": StatusIndicator("A drug or biological with pass-through status, paid separately.", "yes"),
    "H": StatusIndicator(
        "A device category with pass-through status, paid separately at cost.", "yes"
    ),
    "H1": StatusIndicator(
        "A medical device for pain relief without opioids, paid separately.", "yes"
    ),
    "J1": StatusIndicator(
        "A comprehensive APC: one payment for this service covers nearly everything on the claim.",
        "yes",
    ),
    "J2": StatusIndicator(
        "A comprehensive APC where certain services are billed together, such as observation; "
        "paid by its own APC, or packaged, otherwise.",
        "yes",
    ),
    "K": StatusIndicator(
        "A drug or biological without pass-through status, paid separately.", "yes"
    ),
    "K1": StatusIndicator(
        "A drug or biological for pain relief without opioids, paid separately.", "yes"
    ),
    "K2": StatusIndicator("A therapeutic radiopharmaceutical, paid separately.", "yes"),
    "K3": StatusIndicator("A source for brachytherapy, paid separately.", "yes"),
    "K4": StatusIndicator("Blood or a blood product, paid separately.", "yes"),
    "L": StatusIndicator(
        "An influenza, pneumococcal, COVID-19 or hepatitis B vaccine, paid outside OPPS "
        "at reasonable cost; the patient owes nothing.",
        "sometimes",
    ),
    "M": StatusIndicator("Not billable to the Medicare administrative contractor.", "no"),
    "N": StatusIndicator(
        "Packaged: its cost is inside the payment for another service; never paid by itself.", "no"
    ),
    "P": StatusIndicator(
        "Partial hospitalization or intensive outpatient care, by the day.", "yes"
    ),
    "Q1": StatusIndicator(
        "Packaged where the claim has a service with status S, T or V; paid by itself otherwise.",
        "sometimes",
    ),
    "Q2": StatusIndicator(
        "Packaged where the claim has a service with status T; paid by itself otherwise.",
        "sometimes",
    ),
    "Q3": StatusIndicator(
        "May be paid as one composite with other services of its group; by its own APC, or "
        "packaged, otherwise.",
        "sometimes",
    ),
    "Q4": StatusIndicator(
        "A laboratory test, packaged where the claim has a service with status J1, J2, S, T, V "
        "or Q1 to Q3; paid by the laboratory fee schedule otherwise.",
        "sometimes",
    ),
    "R": StatusIndicator("Blood or a blood product, paid separately.", "yes"),
    "S": StatusIndicator("A procedure paid in full even where several are performed.", "yes"),
    "S1": StatusIndicator("A skin substitute product, paid separately by its own APC.", "yes"),
    "T": StatusIndicator(
        "A procedure that is reduced where several of this status are performed together.", "yes"
    ),
    "U": StatusIndicator("A source for brachytherapy, paid separately.", "yes"),
    "V": StatusIndicator("A visit to a clinic or an emergency department.", "yes"),
    "X": StatusIndicator("An ancillary service, paid separately; no longer assigned.", "yes"),
    "Y": StatusIndicator(
        "Durable medical equipment that is not implanted: bill the equipment contractor.",
        "sometimes",
    ),
}
