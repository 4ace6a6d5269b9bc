"""The forms of jobs, by audience."""

from app.jobs.forms.compose import FORMS, StepForm
from app.jobs.forms.desk import DecisionForm
from app.jobs.forms.paying import PayPageForm
from app.jobs.forms.sources import SourceForm

__all__ = ["FORMS", "DecisionForm", "PayPageForm", "SourceForm", "StepForm"]
