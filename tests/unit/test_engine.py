"""The search engine of a process: opened once, on first use, as the setting says."""

import threading

import pytest

from app.engine import engine, require_writing_key
from tests.factories.accounts import make_account
from tests.factories.codes import make_release


def test_all_threads_share_one_engine(app):
    found: list[int] = []

    def ask() -> None:
        with app.app_context():
            found.append(id(engine()))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


def test_nothing_is_opened_before_it_is_asked_for(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "SEARCH_URL", f"embedded:{tmp_path / 'search'}")
    assert not (tmp_path / "search").exists()


@pytest.fixture
def may_only_search(app, monkeypatch):
    """The web process of a site with Meilisearch; nothing listens at the address."""
    monkeypatch.setitem(app.config, "SEARCH_URL", "http://127.0.0.1:1")
    monkeypatch.setitem(app.config, "SEARCH_KEY", "may search")
    monkeypatch.setitem(app.config, "SEARCH_ADMIN_KEY", "")
    return app


@pytest.mark.parametrize(
    "command", [["worker"], ["serve"], ["jobs", "index"], ["codes", "index"]], ids=" ".join
)
def test_what_writes_to_the_index_refuses_plainly_without_the_key_that_may(
    may_only_search, command
):
    make_release()
    outcome = may_only_search.test_cli_runner().invoke(args=command)
    assert outcome.exit_code == 1
    assert "Error: SEARCH_ADMIN_KEY is not set" in outcome.output
    assert isinstance(outcome.exception, SystemExit)  # click's way out, without a traceback


def test_visitors_do_not_need_it(may_only_search, monkeypatch):
    opened = object()
    monkeypatch.setitem(may_only_search.extensions, "search_engine", opened)
    assert engine() is opened


def test_other_commands_do_not_need_it(may_only_search):
    make_account(email="ann@example.com")
    outcome = may_only_search.test_cli_runner().invoke(
        args=["accounts", "staff", "ann@example.com", "operator"]
    )
    assert outcome.exit_code == 0, outcome.output


@pytest.mark.parametrize(
    "search",
    [
        {"SEARCH_URL": "embedded:/srv/search", "SEARCH_KEY": ""},
        {"SEARCH_URL": "http://127.0.0.1:7700", "SEARCH_KEY": ""},
        {"SEARCH_URL": "http://127.0.0.1:7700", "SEARCH_KEY": "k", "SEARCH_ADMIN_KEY": "k"},
    ],
)
def test_an_engine_without_keys_or_with_both_may_be_written_to(app, monkeypatch, search):
    for name, value in {"SEARCH_ADMIN_KEY": "", **search}.items():
        monkeypatch.setitem(app.config, name, value)
    require_writing_key()
