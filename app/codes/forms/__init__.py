"""Forms of the reference: an account's own, lists to be translated, and the operators' desk."""

from app.codes.forms.crosswalk import CrosswalkForm
from app.codes.forms.desk import ReleaseForm
from app.codes.forms.own import FolderForm, KeyForm, NoteForm

__all__ = ["CrosswalkForm", "FolderForm", "KeyForm", "NoteForm", "ReleaseForm"]
