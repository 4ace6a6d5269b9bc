"""What can be done with listings; each module beside holds one part of it."""

from app.jobs.services.index import announce, keep_index_in_step, rebuild_index

__all__ = ["announce", "keep_index_in_step", "rebuild_index"]
