"""Static files: under an address for ever, compressed, and nothing but what is in the folder."""

import gzip
from pathlib import Path

import pytest

from app import statics


@pytest.fixture
def url(app):
    with app.test_request_context("/"):
        return statics.static_url("css/site.css")


def test_an_address_is_kept_for_a_year(client, url):
    response = client.get(url)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "Vary" not in response.headers or "Cookie" not in response.headers["Vary"]
    assert "Set-Cookie" not in response.headers


def test_a_file_is_compressed_for_whoever_takes_it(client, app, url):
    plain = client.get(url)
    packed = client.get(url, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_a_file_that_did_not_change_is_not_sent_again(client, url):
    etag = client.get(url).headers["ETag"]
    again = client.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["/static/css/site.css", "/static/v000000000000/css/site.css"])
def test_another_version_gets_what_there_is_and_keeps_it_briefly(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(
    "name",
    ["nothing.css", "", "../config.py", "..%2fconfig.py", "%2e%2e/config.py", "css/../../wsgi.py",
     "etc/passwd", "..%5cconfig.py", "css", "css/", "css\\site.css", "v000000000000"],
)  # fmt: skip
def test_nothing_but_what_is_in_the_folder_is_served(client, name):
    assert client.get(f"/static/{name}").status_code == 404


def test_a_module_has_the_type_browsers_ask_for(client, app):
    with app.test_request_context("/"):
        url = statics.static_url("js/enhance.js")
    assert client.get(url).headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_an_address_is_asked_only_for_a_file_there_is(app):
    with pytest.raises(LookupError, match=r"css/absent\.css"):
        statics.static_url("css/absent.css")


def test_the_version_changes_with_any_file(tmp_path: Path):
    (tmp_path / "a.css").write_text("a")
    first = statics._read(tmp_path).version
    assert statics._read(tmp_path).version == first
    (tmp_path / "a.css").write_text("b")
    second = statics._read(tmp_path).version
    (tmp_path / "a.css").rename(tmp_path / "b.css")
    assert len({first, second, statics._read(tmp_path).version}) == 3


def test_a_developer_sees_a_change_at_once(app, monkeypatch, tmp_path):
    monkeypatch.setattr(app, "root_path", str(tmp_path))
    monkeypatch.setitem(app.config, "DEBUG", True)
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a.css").write_text("a")
    with app.test_request_context("/"):
        assert statics.static_url("a.css").endswith("/a.css")
