"""One form for each page of questions; its fields carry the names they have in Content."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from app import html, taxonomy
from app.forms import Form
from app.jobs.content import Content
from app.jobs.forms.fields import (
    ChoiceField,
    ChoicesField,
    DayField,
    ListField,
    MoneyField,
    WholeNumberField,
)
from app.jobs.services.rules import APPLY_METHODS, LONGEST, STEPS
from app.weblinks import LONGEST as LONGEST_ADDRESS

PAID_BY = {
    "hour": "By the hour",
    "year": "By the year",
    "chart": "Per chart",
    "encounter": "Per encounter",
    "rvu": "Per RVU",
}
_CREDENTIALS = {
    slug: f"{credential.label}, {credential.name}"
    for slug, credential in taxonomy.CREDENTIALS.items()
}


def _longest(name: str) -> Length:
    return Length(max=LONGEST[name], message=f"Write {LONGEST[name]:,} characters or fewer.")


class StepForm(Form):
    step: ClassVar[str]

    def answers(self) -> dict[str, Any]:
        """What was answered, as `save_step` takes it."""
        found = {}
        for name in STEPS[self.step].fields:
            if name in self._fields:
                data = self._fields[name].data
                found[name] = tuple(data or ()) if _is_list(self._fields[name]) else data
        return {
            k: "" if v is None and isinstance(self._fields[k], _TEXTS) else v
            for k, v in found.items()
        }

    @classmethod
    def showing(cls, content: Content) -> StepForm:
        """The form as it stands; what was just sent goes before what is stored."""
        return cls(data=_stored(content))


_TEXTS = (StringField, SelectField)  # text areas and radios are kinds of these


def _is_list(field: Any) -> bool:
    return isinstance(field, ChoicesField)


def _stored(content: Content) -> dict[str, Any]:
    found = {name: getattr(content, name) for step in STEPS.values() for name in step.fields}
    found["description"] = html.to_text(content.description)
    found.update({f"tool_{tool}": need for tool, need in content.tools.items()})
    return found


class BasicsForm(StepForm):
    step = "basics"
    title = StringField("Job title", [_longest("title")])
    role = ListField("Role", taxonomy.ROLES, "Choose a role")
    engagement = ChoiceField("What kind of employment is it?", taxonomy.ENGAGEMENTS)
    requisition = StringField("Your requisition number", [Optional(), _longest("requisition")])


class PlaceForm(StepForm):
    step = "place"
    place_kind = ChoiceField("Where is the work done?", taxonomy.PLACE_KINDS)
    states = ChoicesField("Which states may a remote coder live in?", taxonomy.STATES, [Optional()])
    city = StringField("City", [_longest("city")])
    state_code = ListField("State", taxonomy.STATES, "Choose a state")
    postal_code = StringField("ZIP code", [Optional(), _longest("postal_code")])


class PayForm(StepForm):
    step = "pay"
    pay_unit = ChoiceField("How is the work paid?", PAID_BY)
    pay_low_cents = MoneyField("Lowest pay")
    pay_high_cents = MoneyField("Highest pay")
    benefits = TextAreaField("Benefits and other compensation", [_longest("benefits")])


class RequirementsForm(StepForm):
    step = "requirements"
    experience = ChoiceField("How much experience do you ask for?", taxonomy.EXPERIENCE)
    apprentice_welcome = BooleanField("Apprentices are welcome, such as CPC-A")
    credential_groups = taxonomy.CREDENTIAL_GROUPS
    credentials_required = ChoicesField("Required: any one of these", _CREDENTIALS, [Optional()])
    credentials_preferred = ChoicesField("Preferred", _CREDENTIALS, [Optional()])


class WorkForm(StepForm):
    step = "work"
    settings = ChoicesField("Settings", taxonomy.SETTINGS)
    specialties = ChoicesField("Specialties", taxonomy.SPECIALTIES, [Optional()])
    code_sets = ChoicesField("Code sets", taxonomy.CODE_SETS, [Optional()])
    codes_named = StringField("ICD-10-CM codes in the work", [Optional(), _longest("codes_named")])


class StandardsForm(StepForm):
    step = "standards"
    productivity = StringField("Productivity", [Optional(), _longest("productivity")])
    accuracy_percent = WholeNumberField("Accuracy you expect, in percent", [Optional()])

    @property
    def tool_fields(self) -> list[Any]:
        return [self._fields[f"tool_{tool}"] for tool in taxonomy.TOOLS]

    def answers(self) -> dict[str, Any]:
        needs = {tool: self._fields[f"tool_{tool}"].data for tool in taxonomy.TOOLS}
        return {
            **super().answers(),
            "tools": {tool: need for tool, need in needs.items() if need},
        }


for _tool, _label in taxonomy.TOOLS.items():
    setattr(
        StandardsForm,
        f"tool_{_tool}",
        ListField(_label, taxonomy.TOOL_NEEDS, "Not used"),
    )


class DescriptionForm(StepForm):
    step = "description"
    description = TextAreaField("Description", [_longest("description")])


class ApplyingForm(StepForm):
    step = "applying"
    closes_on = DayField("Last day to apply")
    apply_method = ChoiceField("Where do coders apply?", APPLY_METHODS)
    apply_url = StringField("Address of the page where they apply", [Length(max=LONGEST_ADDRESS)])
    publish_on = DayField("First day it is shown", [Optional()])


FORMS: dict[str, type[StepForm]] = {
    form.step: form
    for form in (
        BasicsForm,
        PlaceForm,
        PayForm,
        RequirementsForm,
        WorkForm,
        StandardsForm,
        DescriptionForm,
        ApplyingForm,
    )
}
