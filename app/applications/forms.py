"""The forms of an application: sending one, and moving it."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.applications.models import STAGES, Stage
from app.applications.services import ResumeChoice
from app.applications.services.applying import Upload
from app.forms import Form

MOVABLE = {str(stage): label for stage, label in STAGES.items() if stage != Stage.WITHDRAWN}


class ApplyForm(Form):
    resume = RadioField("Résumé", [InputRequired("Choose which résumé to send.")])
    file = FileField("Another file", [Optional()])
    note = TextAreaField(
        "Note to the employer",
        [Optional(), Length(max=4_000, message="Use 4,000 characters or fewer.")],
    )

    def __init__(self, *args: Any, current: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.resume.choices = {
            **(
                {ResumeChoice.CURRENT.value: f"The one on your profile: {current}"}
                if current
                else {}
            ),
            ResumeChoice.UPLOAD.value: "Another file" if current else "Upload a file",
            ResumeChoice.NONE.value: "None",
        }
        self.file.label.text = "Another file" if current else "File"
        if self.resume.data is None and not self.is_submitted():
            self.resume.data = next(iter(self.resume.choices))

    def upload(self) -> Upload | None:
        sent = self.file.data
        return (sent.filename or "", sent.read()) if sent else None


class MoveForm(Form):
    was = HiddenField(validators=[Optional(), Length(max=20)])
    stage = SelectField("Stage", [InputRequired("Choose the stage.")], choices=MOVABLE)
    message = TextAreaField(
        "Message to the coder",
        [Optional(), Length(max=4_000, message="Use 4,000 characters or fewer.")],
    )

    def stage_seen(self) -> Stage | None:
        return Stage(self.was.data) if self.was.data in tuple(Stage) else None
