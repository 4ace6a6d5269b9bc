"""Every route of the site with what the laws need to visit it: a new route needs a row here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.rules.world import Side, World

Arguments = Callable[[Side, World], dict[str, Any]]


def _none(_side: Side, _world: World) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Row:
    """How a route is visited, and by whom beyond what it declares.

    `owner` says whose object an owner's route is about. `accepts` lists refusals that say nothing
    about the caller, such as 404 where nothing was uploaded yet. `form` is sent with a POST.
    """

    arguments: Arguments = _none
    owner: str = "coder"
    accepts: frozenset[int] = field(default_factory=frozenset)
    also: frozenset[str] = field(default_factory=frozenset)
    form: dict[str, str] = field(default_factory=dict)


def _job(side: Side, _world: World) -> dict[str, Any]:
    return {"job_id": side.job.id}


def _job_and_coder(side: Side, _world: World) -> dict[str, Any]:
    return {"job_id": side.job.id, "profile_id": side.found_id}


def _organisation(side: Side, _world: World) -> dict[str, Any]:
    return {"slug": side.organisation.slug}


def _source(side: Side, _world: World) -> dict[str, Any]:
    return {"source_id": side.source_id}


def _own_source(side: Side, _world: World) -> dict[str, Any]:
    return {"slug": side.organisation.slug, "source_id": side.source_id}


def _application(side: Side, _world: World) -> dict[str, Any]:
    return {"application_id": side.application.id}


def _order(side: Side, _world: World) -> dict[str, Any]:
    return {"order_id": side.order_id}


def _search(side: Side, _world: World) -> dict[str, Any]:
    return {"search_id": side.search_id}


def _code(_side: Side, _world: World) -> dict[str, Any]:
    return {"system": "icd10cm", "code": "E11.9"}


def _release(_side: Side, world: World) -> dict[str, Any]:
    return {"release_id": world.release_id}


def _upload(_side: Side, world: World) -> dict[str, Any]:
    return {"upload_id": world.upload_id}


def _with(arguments: Arguments, **more: Any) -> Arguments:
    return lambda side, world: {**arguments(side, world), **more}


def _given(**arguments: Any) -> Arguments:
    return lambda _side, _world: arguments


GONE_OR_ABSENT = frozenset({404, 410})
ABSENT = frozenset({404})
NOT_TO_YOURSELF = frozenset({403})  # an employer does not apply to a listing of its own
NO_SIMULATOR = frozenset({503})
NOT_TWO_EDITIONS = frozenset({422})

ROWS: dict[str, Row] = {
    "accounts.change_email": Row(),
    "accounts.change_password": Row(),
    "accounts.check_mail": Row(),
    "accounts.close_account": Row(),
    "accounts.confirm_email": Row(_given(token="forged"), accepts=GONE_OR_ABSENT),
    "accounts.end_session": Row(lambda side, _w: {"session_id": side.session_id}),
    "accounts.forgotten_password": Row(),
    "accounts.log_in": Row(),
    "accounts.log_out": Row(),
    "accounts.log_out_everywhere": Row(),
    "accounts.register": Row(),
    "accounts.resend_verification": Row(),
    "accounts.reset_password": Row(_given(token="forged"), accepts=GONE_OR_ABSENT),
    "accounts.settings": Row(),
    "accounts.verify_email": Row(_given(token="forged"), accepts=GONE_OR_ABSENT),
    "accounts.verify_first": Row(),
    "applications.apply": Row(_job, accepts=NOT_TO_YOURSELF),
    "applications.export": Row(_job),
    "applications.mine": Row(),
    "applications.move": Row(_application),
    "applications.own_resume": Row(_application),
    "applications.pipeline": Row(_job),
    "applications.resume": Row(_application),
    "applications.review": Row(_application),
    "applications.show": Row(_application),
    "applications.withdraw": Row(_application),
    "billing.orders": Row(),
    "billing.returned": Row(_order, owner="employer"),
    "billing.show_order": Row(_order, owner="employer"),
    "billing.webhook": Row(),
    "codes.api": Row(),
    "codes.browse": Row(),
    "codes.edits": Row(_code, accepts=frozenset({404})),
    "codes.edits_csv": Row(_code, accepts=frozenset({404})),
    "codes.ncci_checker": Row(),
    "codes.ncci_checker_csv": Row(),
    "codes.change_favorite": Row(lambda side, _w: {"favorite_id": side.favorite_id}),
    "codes.change_folder": Row(lambda side, _w: {"folder_id": side.folder_id}),
    "codes.clear_history": Row(),
    "codes.create_folder": Row(),
    "codes.description": Row(),
    "codes.favorite": Row(_code),
    "codes.keys": Row(),
    "codes.mine": Row(),
    "codes.mine_as_csv": Row(),
    "codes.mine_as_json": Row(),
    "codes.own_things": Row(_code),
    "codes.note": Row(_code),
    "codes.revoke_key": Row(lambda side, _w: {"key_id": side.key_id}),
    "codes.changes": Row(),
    "codes.changes_csv": Row(_given(kind="icd10cm"), accepts=NOT_TWO_EDITIONS),
    "codes.compare": Row(),
    "codes.index": Row(_given(book="neoplasm"), accepts=ABSENT),
    "codes.place_of_service": Row(),
    "codes.range_csv": Row(_given(system="icd10cm", range="E10-E11")),
    "codes.coverage": Row(),
    "codes.coverage_document": Row(_given(number="A57520"), accepts=ABSENT),
    "codes.crosswalk": Row(),
    "codes.drg": Row(_given(drg="470"), accepts=ABSENT),
    "codes.drgs": Row(accepts=ABSENT),
    "codes.exclusions": Row(_given(listed="0002"), accepts=ABSENT),
    "codes.fee_calculator": Row(),
    "codes.fees": Row(_code, accepts=ABSENT),
    "codes.search": Row(),
    "codes.search_as_json": Row(),
    "codes.act_on_release": Row(_with(_release, action="publish")),
    "codes.act_on_upload": Row(_with(_upload, action="accept")),
    "codes.release_desk": Row(_release),
    "codes.releases_desk": Row(),
    "codes.rows_left_out": Row(_release),
    "codes.sections_desk": Row(),
    "codes.show": Row(_code),
    "codes.show_as_json": Row(_code),
    "codes.sources": Row(),
    "codes.suggest": Row(),
    "codes.system": Row(_given(system="icd10cm")),
    "codes.system_as_json": Row(_given(system="icd10cm")),
    "codes.translate_list": Row(),
    "codes.upload_desk": Row(_upload),
    "employers.create": Row(),
    "employers.edit": Row(_organisation),
    "employers.mine": Row(),
    "employers.on_desk": Row(_organisation),
    "employers.show": Row(_organisation),
    "jobs.act": Row(_with(_job, action="pause")),
    "jobs.act_on_feed_in": Row(_with(_own_source, action="pause")),
    "jobs.act_on_feed_on_desk": Row(_with(_source, action="pause")),
    "jobs.act_on_many": Row(_organisation, form={"action": "pause"}),
    "jobs.compose": Row(_with(_job, step="basics")),
    "jobs.dashboard": Row(_organisation),
    "jobs.duplicate": Row(_job),
    "jobs.feed": Row(_given(kind="rss")),
    "jobs.feed_in": Row(_own_source),
    "jobs.feed_of_all": Row(),
    "jobs.feeds_in": Row(_organisation),
    "jobs.feeds_on_desk": Row(),
    "jobs.for_code": Row(_code),
    "jobs.how_ranking_works": Row(),
    "jobs.job_map": Row(),
    "jobs.landing": Row(_given(mark="remote")),
    "jobs.pay": Row(_job, accepts=NO_SIMULATOR),
    "jobs.pay_insight": Row(),
    "jobs.preview": Row(_job),
    "jobs.review": Row(_job, form={"decision": "approve"}),
    "jobs.review_queue": Row(),
    "jobs.search": Row(),
    "jobs.show": Row(_with(_job, slug="inpatient-coder")),
    "jobs.start": Row(_organisation),
    "jobs.suggest": Row(),
    "jobs.withdraw_change": Row(_job),
    "pages.alive": Row(),
    "pages.desk": Row(),
    "pages.home": Row(),
    "pages.indexnow_key": Row(_given(key="unknown-key"), accepts=ABSENT),
    "pages.mail": Row(lambda _side, world: {"name": world.mail}),
    "pages.mailbox": Row(),
    "pages.metrics": Row(),
    "pages.pricing": Row(),
    "pages.privacy": Row(),
    "pages.ready": Row(),
    "pages.rebuild_index": Row(_given(name="codes")),
    "pages.robots": Row(),
    "pages.search_desk": Row(),
    "pages.sitemap": Row(),
    "pages.sitemap_of_headings": Row(_given(system="icd10cm")),
    "pages.sitemap_of_codes": Row(_given(system="icd10cm", part=1)),
    "pages.sitemap_of_companies": Row(),
    "pages.sitemap_of_job_pages": Row(),
    "pages.sitemap_of_jobs": Row(_given(part=1)),
    "pages.sitemap_of_pages": Row(),
    "pages.terms": Row(),
    "pages.try_again": Row(_given(row_id=1)),
    "pages.try_all_again": Row(),
    "seekers.change_visibility": Row(form={"found": "yes"}),
    "seekers.coders": Row(_job),
    "seekers.act_on_search": Row(_with(_search, action="pause")),
    "seekers.alerts": Row(_given(token="forged"), accepts=ABSENT),
    "seekers.ask_to_stop": Row(_given(token="forged")),
    "seekers.change_alert": Row(_given(token="forged"), accepts=ABSENT),
    "seekers.change_alerts": Row(),
    "seekers.check_mail": Row(),
    "seekers.confirm_alerts": Row(_given(token="forged")),
    "seekers.credentials": Row(),
    "seekers.decline": Row(lambda side, _w: {"invitation_id": side.invitation_id}),
    "seekers.download_resume": Row(accepts=ABSENT),
    "seekers.edit": Row(),
    "seekers.edit_experience": Row(lambda side, _w: {"experience_id": side.experience_id}),
    "seekers.edit_search": Row(_search),
    "seekers.experience": Row(),
    "seekers.hide_from": Row(_organisation),
    "seekers.invite": Row(_job_and_coder),
    "seekers.jobs": Row(),
    "seekers.match": Row(_job),
    "seekers.mail_events": Row(accepts=ABSENT),
    "seekers.profile": Row(),
    "seekers.remove_credential": Row(lambda side, _w: {"credential_id": side.credential_id}),
    "seekers.remove_experience": Row(lambda side, _w: {"experience_id": side.experience_id}),
    "seekers.remove_resume": Row(),
    "seekers.resume": Row(),
    "seekers.show_to": Row(_organisation),
    "seekers.visibility": Row(),
    "seekers.work": Row(),
    "seekers.save": Row(),
    "seekers.saved_searches": Row(),
    "seekers.stop_alerts": Row(_given(token="forged")),
    "static": Row(_given(filename="css/site.css")),
}
