"""The forms of a profile and of saved searches."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    EmailField,
    MonthField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app import taxonomy
from app.forms import Form, tidy
from app.seekers.models import Frequency, SeekerProfile, WorkFacet
from app.seekers.services.work import CHOICES

_DOLLARS = re.compile(r"\$?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,7})(?:\.([0-9]{2}))?")

FREQUENCIES = {
    Frequency.DAILY.value: "Every morning",
    Frequency.INSTANT.value: "As soon as a job is listed",
    Frequency.WEEKLY.value: "Every Monday morning",
}


class MonthOfYearField(MonthField):
    """A month from the browser's calendar, or typed the American way where there is none."""

    def __init__(self, label: str, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m", "%m/%Y"], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: date | None = None
        typed = str(tidy(valuelist[0])) if valuelist else ""
        if not typed:
            return
        try:
            super().process_formdata([typed])
        except ValueError as error:
            raise ValueError("Enter a month and a year, such as 04/2023.") from error


class TicksField(SelectMultipleField):
    """Any number of choices, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, facet: WorkFacet, **options: Any) -> None:
        super().__init__(label, [Optional()], choices=dict(CHOICES[facet]), **options)
        self.facet = facet

    def pre_validate(self, _form: Any) -> None:
        if any(value not in CHOICES[self.facet] for value in self.data or ()):
            raise ValidationError("Choose from the list.")


class DollarsField(StringField):
    """An amount as people write it, "28", "$28.50" or "58,000"; its data is whole cents."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = str(tidy(valuelist[0]))[:40] if valuelist else ""
        self.data: Any = 0
        if self.typed:
            match = _DOLLARS.fullmatch(self.typed)
            if match is None:
                raise ValueError("Enter an amount in dollars, such as 28 or 28.50.")
            self.data = int(match[1].replace(",", "")) * 100 + int(match[2] or 0)

    def _value(self) -> str:
        if getattr(self, "typed", None) is not None:
            return self.typed
        whole, part = divmod(self.data or 0, 100)
        return f"{whole:,}.{part:02d}" if part else f"{whole:,}" if whole else ""


def _longest(count: int) -> Length:
    return Length(max=count, message=f"Use {count:,} characters or fewer.")


class ProfileForm(Form):
    headline = StringField("Headline", [Optional(), _longest(120)])
    experience = SelectField(
        "Coding experience",
        [Optional()],
        choices={"": "Choose", **taxonomy.EXPERIENCE},
    )
    city = StringField("City", [Optional(), _longest(80)])
    state = SelectField("State", [Optional()], choices={"": "Choose", **taxonomy.STATES})
    phone = TelField("Phone", [Optional(), _longest(30)])
    summary = TextAreaField("Summary", [Optional(), _longest(4_000)])


class CredentialForm(Form):
    credential = SelectField("Credential", [InputRequired("Choose the credential.")])
    is_apprentice = BooleanField("It is the apprentice form, such as CPC-A")
    member_number = StringField("Member number", [Optional(), _longest(40)])
    expires_in = MonthOfYearField("Expires at the end of", [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {"": [("", "Choose")]}
        for slug, known in taxonomy.CREDENTIALS.items():
            groups.setdefault(known.issuer, []).append((slug, f"{known.label}, {known.name}"))
        self.credential.choices = groups


class ExperienceForm(Form):
    title = StringField("Title", [DataRequired("Enter your title."), _longest(120)])
    employer = StringField("Employer", [DataRequired("Enter the employer."), _longest(120)])
    setting = SelectField("Setting", [Optional()], choices={"": "Choose", **taxonomy.SETTINGS})
    started_on = MonthOfYearField("From", [InputRequired("Enter when you began.")])
    ended_on = MonthOfYearField("To", [Optional()])

    def values(self) -> dict[str, Any]:
        return {
            "title": self.title.data,
            "employer": self.employer.data,
            "setting": self.setting.data or "",
            "started_on": self.started_on.data,
            "ended_on": self.ended_on.data,
        }


class ResumeForm(Form):
    resume = FileField("Résumé", [FileRequired("Choose a file.")])

    def upload(self) -> tuple[str, bytes]:
        """The name and the bytes of what was sent."""
        return self.resume.data.filename or "", self.resume.data.read()


class WorkForm(Form):
    """Fields that hold a list are named as the facet they fill."""

    setting = TicksField("Settings you have coded in", WorkFacet.SETTING)
    specialty = TicksField("Specialties you know", WorkFacet.SPECIALTY)
    tool = TicksField("Tools you have used", WorkFacet.TOOL)
    place = TicksField("Place of work", WorkFacet.PLACE)
    engagement = TicksField("Engagement", WorkFacet.ENGAGEMENT)
    state = TicksField("Other states you may or would work in", WorkFacet.STATE)
    will_relocate = BooleanField("I would move for a job")
    pay_floor = DollarsField("The least pay worth a look", [Optional()])
    pay_floor_unit = SelectField("Per", choices={"hour": "an hour", "year": "a year"})

    @classmethod
    def showing(cls, profile: SeekerProfile) -> WorkForm:
        return cls(
            data={
                **{facet.value: profile.values(facet) for facet in WorkFacet},
                "will_relocate": profile.will_relocate,
                "pay_floor": profile.pay_floor_cents,
                "pay_floor_unit": profile.pay_floor_unit,
            }
        )

    def values(self) -> dict[str, Any]:
        return {
            "chosen": {facet: self._fields[facet.value].data or [] for facet in WorkFacet},
            "will_relocate": self.will_relocate.data,
            "pay_floor_cents": self.pay_floor.data or 0,
            "pay_floor_unit": self.pay_floor_unit.data,
        }


class SavedSearchForm(Form):
    name = StringField("Name", [Optional(), _longest(80)])
    frequency = SelectField(
        "How often", [InputRequired("Choose how often we tell you.")], choices=FREQUENCIES
    )


class GuestSearchForm(Form):
    """What a guest gives: no name, for that would be the words of a stranger in a mail."""

    email = EmailField("E-mail address", [DataRequired("Enter your e-mail address.")])
    frequency = SelectField(
        "How often", [InputRequired("Choose how often we tell you.")], choices=FREQUENCIES
    )
