"""Forms of what an account keeps of the reference: folders, notes, and keys for programs."""

from __future__ import annotations

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.codes.services.keys import LONGEST_NAME as LONGEST_KEY_NAME
from app.codes.services.own.favorites import LONGEST_NAME
from app.forms import Form


class FolderForm(Form):
    name = StringField(
        "Folder",
        (
            DataRequired("Type a name for the folder."),
            Length(max=LONGEST_NAME, message=f"Use {LONGEST_NAME} characters or fewer."),
        ),
    )


class NoteForm(Form):
    text = TextAreaField("Your note")  # its length is for the service to say


class KeyForm(Form):
    name = StringField(
        "What the key is for",
        (
            DataRequired("Name what the key is for, such as “Billing check”."),
            Length(max=LONGEST_KEY_NAME, message=f"Use {LONGEST_KEY_NAME} characters or fewer."),
        ),
    )
