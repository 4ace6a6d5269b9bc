"""The form that adds a feed."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import Length, Optional

from app.forms import Form
from app.jobs.intake import KINDS
from app.jobs.services.intake.sources import SCHEDULES
from app.outbound import LONGEST_URL


class SourceForm(Form):
    url = StringField("Address of the feed or of your job board", [Length(max=LONGEST_URL)])
    schedule = RadioField("How often is it read?", choices=SCHEDULES, default="daily")
    file = FileField("A file instead", [Optional()])
    kind = SelectField("Format", choices=KINDS, default="auto")

    def validate(self, extra_validators: Any = None) -> bool:
        """One of the two must be there: an address or a file."""
        if not super().validate(extra_validators):
            return False
        if bool(self.url.data) == bool(self.file.data):
            message = "Enter an address or choose a file, one of the two."
            self.url.errors = [*self.url.errors, message]
            return False
        return True
