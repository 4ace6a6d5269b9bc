"""Templates: each compiles, none queries, and nothing in or beside them comes from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import nodes

from app.extensions import db
from tests.factories.accounts import make_account

ROOT = Path(__file__).resolve().parents[2] / "app"
TEMPLATES = sorted(p.relative_to(ROOT / "templates").as_posix()
                   for p in (ROOT / "templates").rglob("*") if p.is_file())  # fmt: skip
PAGES = [name for name in TEMPLATES if name.endswith(".html") and not name.startswith("email/")]
STATIC = sorted(p for p in (ROOT / "static").rglob("*") if p.suffix in (".css", ".js", ".svg"))

INLINE = {
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "a style element": r"<style\b",
    "a script without a file": r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/ld\+json\")",
    "an event attribute": r"<[^>{]*\son[a-z]+\s*=",
    "a javascript address": r"javascript:",
}
ELSEWHERE = re.compile(r"""(?:src|href|action|url\(|@import|from)\s*=?\s*["'(]?\s*(https?:)?//""")
# Links a person follows; nothing is loaded from there.
LINKED = re.compile(r"<a\b[^>]*href=\"https://[^\"]+\"")
MARKUP_TRUSTED = re.compile(r"\|\s*safe\b")


def text_of(name: str) -> str:
    return (ROOT / "templates" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(app, name):
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_script_or_style_in_it(name):
    text = re.sub(r"{#.*?#}", "", text_of(name), flags=re.DOTALL)
    for what, pattern in INLINE.items():
        assert not re.search(pattern, text, re.IGNORECASE), f"{name} holds {what}"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_nothing_from_elsewhere(name):
    assert not ELSEWHERE.search(LINKED.sub("", text_of(name))), name


@pytest.mark.parametrize("path", STATIC, ids=lambda p: p.name)
def test_a_static_file_loads_nothing_from_elsewhere(path):
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://", text)
    assert "sourceMappingURL" not in text


@pytest.mark.parametrize("name", TEMPLATES)
def test_markup_is_trusted_only_where_code_cleaned_it(name):
    """`|safe` in a template would trust what a person wrote; app/html.py returns Markup."""
    assert not MARKUP_TRUSTED.search(text_of(name)), name


# The simulator stands for another site, has no sessions and guards nothing.
OUR_FORMS = [n for n in PAGES if not n.startswith(("components/", "base", "simulator/"))]


@pytest.mark.parametrize("name", OUR_FORMS)
def test_a_form_that_is_posted_carries_its_token_and_leaves_checking_to_us(name):
    for form in re.findall(r"<form\b.*?</form>", text_of(name), re.DOTALL):
        if 'method="post"' in form:
            assert "csrf" in form, f"{name}: a form without its token"
            if "field(" in form:
                assert "novalidate" in form.split(">")[0] + form[:300], name


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_knows_no_database(app, name):
    tree = app.jinja_env.parse(text_of(name))
    for node in tree.find_all(nodes.Getattr):
        assert node.attr not in ("query", "session", "execute", "scalars"), name


def test_a_query_in_a_template_is_noticed(app):
    """The watch that every request of the tests runs under can fail."""
    make_account(name="Ann")
    template = app.jinja_env.from_string("{{ ask() }}")
    with pytest.raises(AssertionError, match="queries while it is drawn"):
        template.render(ask=lambda: db.session.execute(db.text("SELECT 1")))
