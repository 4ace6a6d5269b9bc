"""Forms of the operators' desk: files of releases, and to whom sections open."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, DateField, MultipleFileField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from app.codes.intake.kinds import KINDS
from app.codes.services.importing.sending import LONGEST_EDITION
from app.forms import Form


class ReleaseForm(Form):
    files = MultipleFileField("Files")
    kind = SelectField(
        "Kind",
        choices={"": "The files say what they are", **{k.name: k.title for k in KINDS.values()}},
        default="",
    )
    effective = DateField("Takes effect on", [Optional()])
    edition = StringField("What the edition is called", [Optional(), Length(max=LONGEST_EDITION)])
    accepts = BooleanField("I accept this notice for the organization that runs this site")

    def validate_files(self, field: Any) -> None:
        if not any(getattr(file, "filename", "") for file in field.data or ()):
            raise ValidationError("Choose a file.")
