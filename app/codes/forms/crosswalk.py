"""The form of a list of codes that is to be translated."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import SelectField, TextAreaField
from wtforms.validators import Optional

from app.codes.services.crosswalk import ROUTES
from app.forms import Form


class CrosswalkForm(Form):
    route = SelectField(
        "Translate from and to",
        choices={route.id: route.label for route in ROUTES.values()},
    )
    codes = TextAreaField("Codes", [Optional()])
    file = FileField("A CSV file instead", [Optional()])
