"""An organization's own listings: the dashboard, paying, and the buttons of a listing's life."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access, actor
from app.billing.services import open_checkout
from app.employers.services import organisation_for
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db, limiter
from app.filters import money
from app.jobs import services
from app.jobs.content import content_of
from app.jobs.documents import is_past_close
from app.jobs.forms import PayPageForm
from app.jobs.lifecycle import ACTION_LABELS, PURCHASES, STATE_LABELS, Action, Role
from app.jobs.services.listings import BULK_ACTIONS, GROUPS
from app.jobs.views.blueprint import bp

LONGEST_QUERY = 100


@bp.get("/employers/<slug>/jobs")
@access(Who.MEMBER)
def dashboard(slug: str) -> ResponseReturnValue:
    organisation = organisation_for(actor(), slug)
    text = request.args.get("q", "").strip()[:LONGEST_QUERY]
    group = request.args.get("show", "")
    page = max(1, request.args.get("page", 1, type=int))
    rows, last_page = services.dashboard(
        actor(), organisation, text=text, group=group, page=min(page, 100_000)
    )

    def page_url(number: int) -> str:
        return url_for("jobs.dashboard", slug=slug, q=text or None, show=group or None, page=number)

    return render_template(
        "jobs/dashboard.html",
        organisation=organisation,
        rows=rows,
        text=text,
        group=group if group in GROUPS else "",
        groups=GROUPS,
        page=min(page, last_page),
        last_page=last_page,
        page_url=page_url,
        action_labels=ACTION_LABELS,
        purchases=PURCHASES,
        bulk_actions=BULK_ACTIONS,
    )


@bp.post("/employers/<slug>/jobs")
@access(Who.MEMBER)
def start(slug: str) -> ResponseReturnValue:
    job = services.start_listing(actor(), organisation_for(actor(), slug))
    db.session.commit()
    return redirect(url_for("jobs.compose", job_id=job.id, step="basics"), 303)


@bp.post("/employers/<slug>/jobs/bulk")
@access(Who.MEMBER)
def act_on_many(slug: str) -> ResponseReturnValue:
    organisation = organisation_for(actor(), slug)
    ids = [int(v) for v in request.form.getlist("job") if v.isascii() and v.isdigit()]
    try:
        outcome = services.act_on_many(
            actor(), organisation, _small(ids), action_named(request.form.get("action", ""))
        )
    except Conflict as error:
        flash(error.message, "warn")
    else:
        db.session.commit()
        left = f" {outcome.skipped} left as they were." if outcome.skipped else ""
        flash(f"{outcome.done} changed.{left}", "good" if outcome.done else "warn")
    return redirect(url_for("jobs.dashboard", slug=slug), 303)


def _small(ids: list[int]) -> list[int]:
    """No database holds a larger number, so no listing has it."""
    if any(number > 2**31 - 1 for number in ids):
        raise NotFound("There is no such listing among yours.")
    return ids


def action_named(name: str) -> Action:
    try:
        return Action(name)
    except ValueError:
        raise NotFound("There is no such action.") from None


@bp.get("/employers/jobs/<int:job_id>/preview")
@access(Who.MEMBER)
def preview(job_id: int) -> ResponseReturnValue:
    """The listing exactly as coders see it, or will see it."""
    job = services.job_for(actor(), job_id)
    proposal = services.pending_proposal(job)
    shows_proposal = proposal is not None and request.args.get("version") != "live"
    shown = services.as_proposed(job, services.content_to_edit(job)) if shows_proposal else job
    state = services.state_of(job)
    return render_template(
        "jobs/preview.html",
        job=job,
        listing=services.listing_view(shown),
        state=state,
        state_label=STATE_LABELS[state],
        actions=services.actions_for(job, Role.MEMBER),
        action_labels=ACTION_LABELS,
        purchases=PURCHASES,
        is_editable=services.is_editable(job),
        proposal=proposal,
        shows_proposal=shows_proposal,
        past_close=state == "live" and is_past_close(job),
        missing=services.missing(content_of(job)) if state == "draft" else [],
    )


@bp.route("/employers/jobs/<int:job_id>/pay", methods=["GET", "POST"])
@access(Who.MEMBER)
@limiter.limit(limits.PAY_PER_ACCOUNT, key_func=limits.acting_account, methods=["POST"])
def pay(job_id: int) -> ResponseReturnValue:
    job = services.job_for(actor(), job_id)
    try:
        offer = services.offer_for(actor(), job)
    except Conflict as error:
        flash(error.message, "warn")
        return redirect(url_for("jobs.preview", job_id=job.id), 303)
    form = PayPageForm(data={"sku": offer.choices[0].sku, "closes_on": job.closes_on})
    form.sku.choices = {p.sku: f"{p.description}, {money(p.cents)}" for p in offer.choices}
    if form.validate_on_submit():
        try:
            order = services.buy(
                actor(),
                job.id,
                sku=form.sku.data or "",
                featured=form.featured.data,
                closes_on=form.closes_on.data if offer.is_renewal else None,
            )
            # Stripe may tell of the payment before it answers us: the order must be there.
            db.session.commit()
            address = open_checkout(order, cancel_url=url_for("jobs.pay", job_id=job.id))
            db.session.commit()
        except Invalid as error:
            form.blame(error)
        else:
            return redirect(address, 303)
    return render_template(
        "jobs/pay.html", job=job, offer=offer, form=form, state=services.state_of(job)
    ), form.status


@bp.post("/employers/jobs/<int:job_id>/duplicate")
@access(Who.MEMBER)
def duplicate(job_id: int) -> ResponseReturnValue:
    copy = services.duplicate_listing(actor(), services.job_for(actor(), job_id))
    db.session.commit()
    flash("This is a copy. Set the last day to apply, then submit it.", "good")
    return redirect(url_for("jobs.compose", job_id=copy.id, step="check"), 303)


@bp.post("/employers/jobs/<int:job_id>/withdraw-change")
@access(Who.MEMBER)
def withdraw_change(job_id: int) -> ResponseReturnValue:
    if services.withdraw_proposal(actor(), job_id):
        flash("The change is withdrawn. The listing stays as it is.", "good")
    db.session.commit()
    return redirect(url_for("jobs.preview", job_id=job_id), 303)


@bp.post("/employers/jobs/<int:job_id>/<action>")
@access(Who.MEMBER)
def act(job_id: int, action: str) -> ResponseReturnValue:
    """Any other button of a listing: the table of its life decides."""
    job = services.job_for(actor(), job_id)
    chosen = action_named(action)
    try:
        services.act(actor(), job_id, chosen)
    except Conflict as error:
        db.session.rollback()
        flash(error.message, "warn")
        return redirect(url_for("jobs.preview", job_id=job_id), 303)
    db.session.commit()
    flash(ACTION_LABELS[chosen][1], "good")
    if chosen is Action.REVISE:
        return redirect(url_for("jobs.compose", job_id=job_id, step="check"), 303)
    if request.form.get("back") == "preview":
        return redirect(url_for("jobs.preview", job_id=job_id), 303)
    return redirect(url_for("jobs.dashboard", slug=job.organisation.slug), 303)
