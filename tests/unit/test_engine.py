"""The search engine of a process: opened once, on first use, as the setting says."""

import threading

from app.engine import engine


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
