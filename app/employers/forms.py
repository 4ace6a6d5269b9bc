"""The forms of an organisation: its facts, and a reason from the desk."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app import taxonomy
from app.employers.models import KINDS
from app.employers.services import SHORTEST_REASON
from app.forms import Form
from app.weblinks import LONGEST


class OrganisationForm(Form):
    name = StringField(
        "Name of the organization",
        [InputRequired("Enter the name of the organization."), Length(max=100)],
    )
    kind = RadioField(
        "What kind of organization is it?",
        choices=KINDS,
        validators=[InputRequired("Choose what kind of organization it is.")],
    )
    website = StringField(
        "Website", [InputRequired("Enter the address of the website."), Length(max=LONGEST)]
    )
    city = StringField("City", [InputRequired("Enter the city."), Length(max=80)])
    state = SelectField(
        "State",
        choices={"": "Choose a state", **taxonomy.STATES},
        validators=[InputRequired("Choose the state.")],
    )
    about = TextAreaField("About the organization", [Optional(), Length(max=5_000)])

    def values(self) -> dict[str, Any]:
        """The facts as the services take them."""
        return {
            "name": self.name.data or "",
            "kind": self.kind.data or "",
            "website": self.website.data or "",
            "city": self.city.data or "",
            "state": self.state.data or "",
            "about": self.about.data or "",
        }


class SuspensionForm(Form):
    reason = TextAreaField(
        "Reason", [InputRequired("Write the reason."), Length(min=SHORTEST_REASON, max=2_000)]
    )
