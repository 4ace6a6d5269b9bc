"""The forms of a profile."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, MonthField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app import taxonomy
from app.forms import Form, tidy


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
