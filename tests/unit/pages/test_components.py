"""The form controls and page parts that every feature builds with."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, render_template_string
from wtforms import (
    BooleanField,
    DecimalField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput

from app.errors import Invalid
from app.forms import Form

FORMS = '{% from "components/forms.html" import error_summary, field, checkboxes, radios, submit %}'
PARTS = """{% from "components/ui.html" import page_heading, tag, notice, empty, pages, stat, facts,
back_link %}"""


def choices(**labels: str) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]


class Example(Form):
    name = StringField("Name", validators=[InputRequired("Enter your name"), Length(max=40)])
    about = TextAreaField("About", validators=[Optional(), Length(max=400)])
    state = SelectField("State", choices=choices(tx="Texas", ok="Oklahoma"))
    place = RadioField("Place", choices=choices(a="Remote", b="On site"))
    sets = SelectMultipleField(
        "Code sets", choices=choices(cm="ICD-10-CM", pcs="PCS"), option_widget=CheckboxInput()
    )
    pay = DecimalField("Pay")
    agreed = BooleanField("I agree")


def draw(app: Flask, source: str, data: dict[str, str] | None = None, **context: Any) -> str:
    with app.test_request_context("/", method="POST", data=data or {}):
        form = Example()
        if data is not None:
            form.validate()
        for field_name, message in context.pop("blamed", ()):
            form.blame(Invalid(message, field=field_name))
        return " ".join(render_template_string(source, form=form, **context).split())


def test_a_field_ties_its_label_and_hint_to_the_control(app: Flask) -> None:
    html = draw(app, FORMS + '{{ field(form.name, hint="As on file", autocomplete="name") }}')

    assert '<label for="name">Name</label>' in html
    assert '<p class="field-hint" id="name-hint">As on file</p>' in html
    assert 'aria-describedby="name-hint"' in html
    assert 'autocomplete="name"' in html
    assert 'maxlength="40"' in html
    assert "aria-invalid" not in html


def test_a_refused_field_keeps_what_was_typed_and_says_what_is_wrong(app: Flask) -> None:
    typed = {"name": '"><script>' + "x" * 40}
    html = draw(app, FORMS + "{{ field(form.name) }}", data=typed)

    assert "<script>" not in html
    assert "&#34;&gt;&lt;script&gt;" in html
    assert 'aria-describedby="name-error"' in html
    assert 'aria-invalid="true"' in html
    assert '<span class="visually-hidden">Error:</span> Field cannot be longer' in html


def test_what_may_be_left_empty_says_so(app: Flask) -> None:
    assert "(optional)" in draw(app, FORMS + "{{ field(form.about) }}")
    assert "(optional)" not in draw(app, FORMS + "{{ field(form.name) }}")


def test_what_stands_around_an_amount_is_read_out_with_it(app: Flask) -> None:
    html = draw(app, FORMS + '{{ field(form.pay, prefix="$", suffix="an hour", width="short") }}')

    assert 'aria-describedby="pay-suffix"' in html
    assert '<span class="affix" id="pay-suffix">an hour</span>' in html
    assert '<div class="affixed short">' in html


@pytest.mark.parametrize(
    ("macro", "name", "kind"), [("radios", "place", "radio"), ("checkboxes", "sets", "checkbox")]
)
def test_choices_form_a_group_with_a_legend(app: Flask, macro: str, name: str, kind: str) -> None:
    html = draw(app, FORMS + f'{{{{ {macro}(form.{name}, hint="One or more") }}}}')

    assert f'<fieldset class="field" id="{name}" aria-describedby="{name}-hint">' in html
    assert html.count(f'type="{kind}"') == 2
    assert f'<label for="{name}-1">' in html


def test_a_single_box_stands_before_its_label(app: Flask) -> None:
    html = draw(app, FORMS + "{{ field(form.agreed) }}")

    assert html.index("<input") < html.index("<label")


def test_the_summary_links_each_problem_to_its_field_in_the_forms_order(app: Flask) -> None:
    html = draw(app, FORMS + "{{ error_summary(form) }}", data={"state": "xx"})

    assert "There is a problem" in html
    assert 'role="alert"' in html
    assert '<a href="#name">Enter your name</a>' in html
    assert html.index("#name") < html.index("#state")


def test_a_problem_of_the_whole_form_needs_no_link(app: Flask) -> None:
    source = FORMS + "{{ error_summary(form) }}"
    html = draw(app, source, blamed=[(None, "The listing was changed meanwhile.")])

    assert "<li>The listing was changed meanwhile.</li>" in html


def test_without_problems_there_is_no_summary(app: Flask) -> None:
    assert draw(app, FORMS + "{{ error_summary(form) }}") == ""


@pytest.mark.parametrize(
    ("page", "last", "numbers"),
    [
        (1, 2, ["1", "2"]),
        (1, 9, ["1", "2", "…", "9"]),
        (5, 9, ["1", "…", "4", "5", "6", "…", "9"]),
        (9, 9, ["1", "…", "8", "9"]),
        (3, 5, ["1", "2", "3", "4", "5"]),
        (4, 6, ["1", "…", "3", "4", "5", "6"]),
    ],
)
def test_pages_show_the_ends_and_the_neighbors(
    app: Flask, page: int, last: int, numbers: list[str]
) -> None:
    source = PARTS + "{{ pages(page, last, url) }}"
    html = draw(app, source, page=page, last=last, url=lambda n: f"/jobs?page={n}")
    shown = [
        "…" if "gap" in part else part.split("</a>")[0].split()[-1]
        for part in html.split("<li")[1:]
    ]

    assert shown == numbers
    assert html.count('aria-current="page"') == 1
    assert ("Previous" in html, "Next" in html) == (page > 1, page < last)


def test_one_page_needs_no_pages(app: Flask) -> None:
    assert draw(app, PARTS + "{{ pages(1, 1, none) }}") == ""


@pytest.mark.parametrize(
    ("part", "times"),
    [
        ("{{ page_heading(x, x, x) }}", 3),
        ("{{ tag(x) }}", 1),
        ("{{ stat(x, x) }}", 2),
        ("{{ facts([(x, x)]) }}", 2),
        ('{{ empty(x, x, "/", x) }}', 3),
        ('{{ back_link("/", x) }}', 1),
        ('{% call notice("warn", x) %}{{ x }}{% endcall %}', 2),
    ],
)
def test_parts_escape_what_they_are_given(app: Flask, part: str, times: int) -> None:
    html = draw(app, PARTS + part, x="<i>")

    assert "<i>" not in html
    assert html.count("&lt;i&gt;") == times
