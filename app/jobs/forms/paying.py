"""The form of the pay page."""

from __future__ import annotations

from wtforms import BooleanField

from app.forms import Form
from app.jobs.forms.fields import ChoiceField, DayField


class PayPageForm(Form):
    sku = ChoiceField("What do you want to buy?", {})
    featured = BooleanField("Featured placement")
    closes_on = DayField("New last day to apply")
