"""The forms of the moderators' desk."""

from __future__ import annotations

from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from app.forms import Form
from app.jobs.services.review import LONGEST_REASON


class DecisionForm(Form):
    """Approve, reject or remove; which one, the button that was pressed says."""

    seen = HiddenField(validators=[Length(max=100)])
    reason = TextAreaField("Reason", [Length(max=LONGEST_REASON)])
