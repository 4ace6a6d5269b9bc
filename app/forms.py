"""What every form shares: the base class, cleaned fields, and errors placed where they belong."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from wtforms import Field, FileField, MultipleFileField, PasswordField, StringField

from app.errors import DomainError

# Marks that turn the direction of the text after them: they make a name read as another.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def tidy(value: Any) -> Any:
    """Trim, compose Unicode, and drop control characters that only ever come from an attack."""
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", value).translate(_TURNING)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


class Form(FlaskForm):
    """A form as the GOV.UK pattern has it: a summary of problems first, each at its field too."""

    form_errors: list[str]

    class Meta:
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent, without files sent to fields that take text: they would not parse."""
            sent = super().wrap_formdata(form, formdata)  # type: ignore[misc]
            if not sent or not request.files:
                return sent
            return ImmutableMultiDict(
                (name, value)
                for name, value in sent.items(multi=True)
                if not isinstance(value, FileStorage)
                or isinstance(form._fields.get(name), FileField | MultipleFileField)
            )

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Field:
            filters = list(unbound_field.kwargs.get("filters", ()))
            kind = unbound_field.field_class
            # A password is taken exactly as it was typed.
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                filters.insert(0, tidy)
            return unbound_field.bind(form=form, filters=filters, **options)

    @property
    def status(self) -> int:
        """The status of the page that shows this form: sent and shown again means refused."""
        return 422 if self.is_submitted() else 200

    def blame(self, error: DomainError) -> None:
        """Show a service's refusal at the field it names, or above the form."""
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors = [*self.form_errors, error.message]
        else:
            field.errors = [*field.errors, error.message]

    def problems(self) -> list[tuple[str | None, str]]:
        """Every problem as (id of the field's first control, message), in the order of the form."""
        found: list[tuple[str | None, str]] = [(None, str(m)) for m in self.form_errors]
        for field in self:
            for message in _flat(field.errors):
                found.append((field.id, message))
        return found


def _flat(errors: Any) -> list[str]:
    if isinstance(errors, dict):
        return [m for nested in errors.values() for m in _flat(nested)]
    if isinstance(errors, str):
        return [errors]
    return [m for item in errors for m in _flat(item)]
