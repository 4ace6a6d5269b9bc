"""E-mail addresses: the one spelling each is stored, looked up and counted in."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from app.errors import Invalid

LONGEST = 254


def spell_address(typed: str) -> str:
    """The one spelling an address is stored in. Raises Invalid where it is not an address."""
    try:
        found = validate_email(
            typed.strip(), check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError as error:
        raise Invalid(
            "Enter an e-mail address in the form name@example.com.", field="email"
        ) from error
    address = (found.ascii_email or found.normalized).lower()
    if len(address) > LONGEST:
        raise Invalid("That e-mail address is too long.", field="email")
    return address
