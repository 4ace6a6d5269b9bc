"""What the content of a listing must be: step by step while composing, and as a whole to submit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app import clock, places, taxonomy
from app.errors import Invalid
from app.filters import money
from app.html import plain
from app.jobs.content import Content, in_order
from app.jobs.models import Facet

LONGEST = {
    "title": 100,
    "requisition": 60,
    "city": 80,
    "postal_code": 10,
    "benefits": 1_000,
    "productivity": 120,
    "codes_named": 300,
    "description": 20_000,
}
SHORTEST_DESCRIPTION = 100  # characters of text
FURTHEST_CLOSE = timedelta(days=365)
FURTHEST_START = timedelta(days=90)

# Cents between which pay is plausible: outside of them a digit or the unit is wrong.
PAY_BOUNDS = {
    "hour": (7_25, 500_00),
    "year": (15_000_00, 750_000_00),
    "chart": (25, 500_00),
    "encounter": (25, 500_00),
    "rvu": (1_00, 500_00),
}
APPLY_METHODS = {"here": "On CareerCenter", "url": "On our own website"}


@dataclass(frozen=True, slots=True)
class Step:
    """One page of questions; `fields` are those of Content that it asks for."""

    name: str
    title: str
    fields: tuple[str, ...]


STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step("basics", "The job", ("title", "role", "engagement", "requisition")),
        Step(
            "place",
            "Where the work is done",
            ("place_kind", "states", "city", "state_code", "postal_code"),
        ),
        Step(
            "pay",
            "Pay and benefits",
            ("pay_unit", "pay_low_cents", "pay_high_cents", "benefits"),
        ),
        Step(
            "requirements",
            "Who you look for",
            ("experience", "apprentice_welcome", "credentials_required", "credentials_preferred"),
        ),
        Step("work", "The work", ("settings", "specialties", "code_sets", "codes_named")),
        Step("standards", "Tools and standards", ("tools", "productivity", "accuracy_percent")),
        Step("description", "Description", ("description",)),
        Step("applying", "Applying", ("closes_on", "apply_method", "apply_url", "publish_on")),
    )
}


@dataclass(frozen=True, slots=True)
class Missing:
    step: str
    field: str
    message: str


def normalized(content: Content) -> Content:
    """In the taxonomy's order, without the answers that another answer made pointless."""
    remote = content.place_kind == "remote"
    return content.changed(
        states=in_order(Facet.STATE, content.states if remote else ()),
        credentials_required=in_order(Facet.CREDENTIAL, content.credentials_required),
        credentials_preferred=in_order(Facet.CREDENTIAL, content.credentials_preferred),
        settings=in_order(Facet.SETTING, content.settings),
        specialties=in_order(Facet.SPECIALTY, content.specialties),
        code_sets=in_order(Facet.CODE_SET, content.code_sets),
        city="" if remote else content.city,
        state_code="" if remote else content.state_code,
        postal_code="" if remote else content.postal_code[:5],
        apply_url=content.apply_url if content.apply_method == "url" else "",
    )


def missing(content: Content) -> list[Missing]:
    """What a coder would look for and not find. Nothing is submitted while there is any."""
    remote = content.place_kind == "remote"
    wanted = (
        ("title", content.title, "Give the job a title."),
        ("role", content.role, "Choose the role."),
        ("engagement", content.engagement, "Choose the kind of employment."),
        ("place_kind", content.place_kind, "Choose where the work is done."),
        ("city", remote or content.city or not content.place_kind, "Enter the city."),
        ("state_code", remote or content.state_code or not content.place_kind, "Choose the state."),
        ("pay_unit", content.pay_unit, "Choose how the work is paid."),
        ("pay_low_cents", content.pay_high_cents, "Enter the pay range."),
        ("benefits", content.benefits, "Say what benefits come with it, or that there are none."),
        ("experience", content.experience, "Choose how much experience you ask for."),
        ("settings", content.settings, "Choose at least one setting."),
        (
            "description",
            len(plain(content.description)) >= SHORTEST_DESCRIPTION,
            f"Describe the job in {SHORTEST_DESCRIPTION} characters or more.",
        ),
        ("closes_on", _is_open(content), "Enter the last day to apply; it must be ahead."),
        (
            "apply_url",
            content.apply_url or content.apply_method != "url",
            "Enter the address where coders apply.",
        ),
    )
    return [
        Missing(_step_of(name), name, message) for name, present, message in wanted if not present
    ]


def check_step(step: Step, old: Content, new: Content) -> None:
    """Refuse an answer that cannot be right. An answer not given yet is no fault of a draft."""
    for name in step.fields:
        longest = LONGEST.get(name)
        if longest and len(getattr(new, name)) > longest:
            raise Invalid(f"This must have {longest:,} characters or fewer.", field=name)
    check = _CHECKS.get(step.name)
    if check is not None:
        check(old, new)


def _step_of(name: str) -> str:
    return next(step.name for step in STEPS.values() if name in step.fields)


def _is_open(content: Content) -> bool:
    earliest = max(clock.today(), content.publish_on or date.min)
    return content.closes_on is not None and content.closes_on >= earliest


def _one_of(value: str, known: Mapping[str, object], field: str) -> None:
    if value and value not in known:
        raise Invalid("Choose one of the answers.", field=field)


def _all_of(values: tuple[str, ...], known: Mapping[str, object], field: str) -> None:
    if not set(values) <= known.keys():
        raise Invalid("Choose from the answers shown.", field=field)


def _basics(_old: Content, new: Content) -> None:
    _one_of(new.role, taxonomy.ROLES, "role")
    _one_of(new.engagement, taxonomy.ENGAGEMENTS, "engagement")
    if new.title and sum(c.isalpha() for c in new.title) < 3:
        raise Invalid("Write the title in words, such as Inpatient coder.", field="title")


def _place(_old: Content, new: Content) -> None:
    _one_of(new.place_kind, taxonomy.PLACE_KINDS, "place_kind")
    _one_of(new.state_code, taxonomy.STATES, "state_code")
    _all_of(new.states, taxonomy.STATES, "states")
    if new.postal_code:
        place = places.find_zip(new.postal_code)
        if place is None:
            raise Invalid("There is no such ZIP code.", field="postal_code")
        if new.state_code and place.state != new.state_code:
            state = taxonomy.STATES[place.state]
            raise Invalid(f"That ZIP code is in {state}.", field="postal_code")


def _pay(_old: Content, new: Content) -> None:
    _one_of(new.pay_unit, taxonomy.PAY_UNITS, "pay_unit")
    low, high = new.pay_low_cents, new.pay_high_cents
    if not low and not high:
        return
    if not low:
        raise Invalid("Enter the lowest pay as well.", field="pay_low_cents")
    if not high:
        raise Invalid("Enter the highest pay as well.", field="pay_high_cents")
    if low > high:
        raise Invalid("The highest pay must not be less than the lowest.", field="pay_high_cents")
    if new.pay_unit:
        unit = taxonomy.PAY_UNITS[new.pay_unit]
        least, most = PAY_BOUNDS[new.pay_unit]
        if low < least:
            raise Invalid(
                f"{money(low)} {unit} is too little to be right. Check it and the unit.",
                field="pay_low_cents",
            )
        if high > most:
            raise Invalid(
                f"{money(high)} {unit} is too much to be right. Check it and the unit.",
                field="pay_high_cents",
            )


def _requirements(_old: Content, new: Content) -> None:
    _one_of(new.experience, taxonomy.EXPERIENCE, "experience")
    _all_of(new.credentials_required, taxonomy.CREDENTIALS, "credentials_required")
    _all_of(new.credentials_preferred, taxonomy.CREDENTIALS, "credentials_preferred")
    twice = set(new.credentials_required) & set(new.credentials_preferred)
    if twice:
        label = taxonomy.CREDENTIALS[min(twice)].label
        raise Invalid(
            f"{label} cannot be both required and preferred.", field="credentials_preferred"
        )


def _work(_old: Content, new: Content) -> None:
    _all_of(new.settings, taxonomy.SETTINGS, "settings")
    _all_of(new.specialties, taxonomy.SPECIALTIES, "specialties")
    _all_of(new.code_sets, taxonomy.CODE_SETS, "code_sets")


def _standards(_old: Content, new: Content) -> None:
    _all_of(tuple(new.tools), taxonomy.TOOLS, "tools")
    _all_of(tuple(new.tools.values()), taxonomy.TOOL_NEEDS, "tools")
    if new.accuracy_percent is not None and not 50 <= new.accuracy_percent <= 100:
        raise Invalid("Enter a percentage from 50 to 100.", field="accuracy_percent")


def _applying(old: Content, new: Content) -> None:
    today = clock.today()
    _one_of(new.apply_method, APPLY_METHODS, "apply_method")
    if new.closes_on and new.closes_on != old.closes_on:
        if new.closes_on < today:
            raise Invalid("The last day to apply must be ahead.", field="closes_on")
        if new.closes_on > today + FURTHEST_CLOSE:
            raise Invalid("The last day to apply must be within a year.", field="closes_on")
    if new.publish_on and new.publish_on != old.publish_on:
        if new.publish_on < today:
            raise Invalid("The first day must be ahead.", field="publish_on")
        if new.publish_on > today + FURTHEST_START:
            raise Invalid(
                f"The first day must be within {FURTHEST_START.days} days.", field="publish_on"
            )
    if new.publish_on and new.closes_on and new.closes_on < new.publish_on:
        raise Invalid("The last day to apply comes before the first day.", field="closes_on")


_CHECKS: dict[str, Callable[[Content, Content], None]] = {
    "basics": _basics,
    "place": _place,
    "pay": _pay,
    "requirements": _requirements,
    "work": _work,
    "standards": _standards,
    "applying": _applying,
}
