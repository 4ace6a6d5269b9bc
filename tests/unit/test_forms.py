"""Forms: cleaned text, and each problem told once, where it belongs."""

import io

import pytest
from flask_wtf.file import FileField
from wtforms import (
    FieldList,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from app.errors import Invalid
from app.forms import Form, tidy


class Example(Form):
    name = StringField("Name", validators=[InputRequired("Enter a name."), Length(max=10)])
    about = TextAreaField("About")
    secret = PasswordField("Password")
    number = IntegerField("Number", validators=[Optional()])
    upload = FileField("File")
    kind = SelectField("Kind", choices=[SelectChoice("a", "A")], default="a", validate_choice=True)
    several = FieldList(StringField("Item", validators=[Length(max=3, message="Too long.")]))


@pytest.fixture
def sent(app):
    def send(**data) -> Example:
        with app.test_request_context("/", method="POST", data=data):
            form = Example()
            form.validate()
            return form

    return send


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ann  ", "Ann"),
        ("Ann\x00\x07", "Ann"),
        ("Ann\r\nDoe", "Ann\nDoe"),
        ("re\u0301sume\u0301", "r\u00e9sum\u00e9"),
        ("Ann\u202egnp.exe", "Anngnp.exe"),
        ("\u2066Ann\u2069", "Ann"),
        ("family \U0001f469\u200d\U0001f467", "family \U0001f469\u200d\U0001f467"),
        ("\x85\x9fAnn", "Ann"),
        ("", ""),
    ],
)
def test_text_is_tidied(typed, kept):
    assert tidy(typed) == kept


def test_what_is_no_text_is_left_alone():
    assert tidy(None) is None
    assert tidy(5) == 5


def test_fields_of_text_are_tidied_and_passwords_are_not(sent):
    form = sent(name=" Ann\x00 ", about=" a\r\nb ", secret="  pass word \u202e")
    assert (form.name.data, form.about.data) == ("Ann", "a\nb")
    assert form.secret.data == "  pass word \u202e"


def test_problems_come_in_the_order_of_the_form_with_the_field_to_go_to(sent):
    form = sent(name="", kind="z", **{"several-0": "four!"})
    assert form.problems() == [
        ("name", "Enter a name."),
        ("kind", "Not a valid choice."),
        ("several", "Too long."),
    ]


def test_a_refusal_of_a_service_is_shown_at_its_field(sent):
    form = sent(name="Ann")
    form.blame(Invalid("That name is taken.", field="name"))
    assert form.problems() == [("name", "That name is taken.")]


@pytest.mark.parametrize("field", [None, "elsewhere"])
def test_a_refusal_without_a_field_of_this_form_stands_above_it(sent, field):
    form = sent(name="Ann")
    form.blame(Invalid("Not now.", field=field))
    form.blame(Invalid("Nor later.", field=field))
    assert form.problems() == [(None, "Not now."), (None, "Nor later.")]


def test_a_form_sent_and_shown_again_was_refused(app, sent):
    with app.test_request_context("/", method="POST", data={}):
        assert Example().status == 422
    with app.test_request_context("/"):
        assert Example().status == 200


def test_a_field_sent_twice_is_taken_once(sent):
    assert sent(name=["Ann", "Bob"]).name.data == "Ann"


@pytest.mark.parametrize("name", ["name", "about", "kind", "several-0", "number"])
def test_a_file_sent_to_a_field_of_another_kind_is_nothing(app, name):
    with app.test_request_context("/", method="POST", data={name: (io.BytesIO(b"x"), "x.txt")}):
        form = Example()
        assert form.validate() is False
        assert form.upload.data is None


def test_a_file_reaches_the_field_that_takes_one(app):
    data = {"upload": (io.BytesIO(b"content"), "cv.pdf"), "name": "Ann"}
    with app.test_request_context("/", method="POST", data=data):
        assert Example().upload.data.filename == "cv.pdf"


def test_text_sent_to_a_field_that_takes_a_file_is_nothing(sent):
    assert sent(name="Ann", upload="text").upload.data is None
