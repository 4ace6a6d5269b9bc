"""The sections of code pages on what Medicare pays, in the order they stand in."""

from __future__ import annotations

from app.codes.services.reference import hcpcs_record, indicators, medicare_fee
from app.codes.services.reference.contract import Topic
from app.codes.services.reference.hospital_payment import DRUG, HOSPITAL

PAYMENT: tuple[Topic, ...] = (
    hcpcs_record.TOPIC,
    medicare_fee.TOPIC,
    indicators.TOPIC,
    HOSPITAL,
    DRUG,
)
