"""What can be done with listings; each module beside holds one part of it."""

from app.jobs.services.buying import Offer, buy, offer_for
from app.jobs.services.cards import Card
from app.jobs.services.composing import content_to_edit, is_editable, save_step, step_named
from app.jobs.services.expiry import warn_of_expiry
from app.jobs.services.fulfilment import deliver
from app.jobs.services.index import announce, rebuild_index
from app.jobs.services.listings import (
    act_on_many,
    dashboard,
    duplicate_listing,
    start_listing,
)
from app.jobs.services.moves import act, actions_for, job_for, state_of
from app.jobs.services.proposals import as_proposed, pending_proposal, withdraw_proposal
from app.jobs.services.public import Listing, listing_view, newest_visible, visible_job
from app.jobs.services.review import approve, count_waiting, reject, remove, review_queue
from app.jobs.services.rules import missing

__all__ = [
    "Card",
    "Listing",
    "Offer",
    "act",
    "act_on_many",
    "actions_for",
    "announce",
    "approve",
    "as_proposed",
    "buy",
    "content_to_edit",
    "count_waiting",
    "dashboard",
    "deliver",
    "duplicate_listing",
    "is_editable",
    "job_for",
    "listing_view",
    "missing",
    "newest_visible",
    "offer_for",
    "pending_proposal",
    "rebuild_index",
    "reject",
    "remove",
    "review_queue",
    "save_step",
    "start_listing",
    "state_of",
    "step_named",
    "visible_job",
    "warn_of_expiry",
    "withdraw_proposal",
]
