"""Fields the forms of a listing need: money, a day, a whole number, several choices."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from app.forms import tidy

_AMOUNT = re.compile(r"\$?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,7})(?:\.([0-9]{1,2}))?")


class MoneyField(StringField):
    """Dollars as people write them, "28", "$28.50" or "58,000"; its data is whole cents."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = str(tidy(valuelist[0]))[:40] if valuelist else ""
        self.data: Any = 0
        if not self.typed:
            return
        match = _AMOUNT.fullmatch(self.typed)
        if match is None:
            raise ValueError("Enter an amount in dollars, such as 28 or 28.50.")
        cents = (match[2] or "").ljust(2, "0")
        self.data = int(match[1].replace(",", "")) * 100 + int(cents)

    def _value(self) -> str:
        if getattr(self, "typed", None) is not None:
            return self.typed
        if not self.data:
            return ""
        whole, part = divmod(self.data, 100)
        return f"{whole:,}.{part:02d}" if part else f"{whole:,}"


class DayField(DateField):
    """A day from the browser's calendar, or typed the American way where there is none."""

    def __init__(self, label: str, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%d", "%m/%d/%Y"], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: date | None = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            super().process_formdata([valuelist[0].strip()])
        except ValueError as error:
            raise ValueError("Enter a date, such as 12/31/2026.") from error


class WholeNumberField(IntegerField):
    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: int | None = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Enter a whole number, such as 95.") from error


class ChoicesField(SelectMultipleField):
    """Checkboxes. What is not among them can only come from a form of someone's own making."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(
        self, label: str, choices: dict[str, str], validators: Any = None, **options: Any
    ) -> None:
        super().__init__(label, validators, choices=choices, **options)

    def pre_validate(self, _form: Any) -> None:
        if not set(self.data or ()) <= self.choices.keys():
            raise ValidationError("Choose from the answers shown.")


class ListField(SelectField):
    """A list to choose from, of which a draft may choose nothing; the service knows the answers."""

    def __init__(self, label: str, choices: dict[str, str], nothing: str, **options: Any) -> None:
        choices = {"": nothing, **choices}
        super().__init__(label, choices=choices, validate_choice=False, **options)


class ChoiceField(RadioField):
    """The same as radios."""

    def __init__(self, label: str, choices: dict[str, str], **options: Any) -> None:
        super().__init__(label, choices=choices, validate_choice=False, **options)
