"""No address of the site vanishes or changes hands unnoticed.

After a wanted change: python -m tests.rules.test_routes > tests/rules/routes.txt
"""

from __future__ import annotations

from pathlib import Path

from app import create_app
from app.access import Who, declared

GOLDEN = Path(__file__).with_name("routes.txt")


def routes() -> str:
    app = create_app({"ENVIRONMENT": "test"})
    lines = []
    for rule in app.url_map.iter_rules():
        methods = ",".join(sorted(rule.methods - {"HEAD", "OPTIONS"}))
        lines.append(f"{rule.rule}  {methods}  {rule.endpoint}  {declared(app, rule.endpoint)}")
    return "\n".join(sorted(lines)) + "\n"


def test_the_addresses_of_the_site_are_the_known_ones():
    assert routes() == GOLDEN.read_text(encoding="utf-8")


def test_every_route_says_whom_it_serves(app):
    for rule in app.url_map.iter_rules():
        assert isinstance(declared(app, rule.endpoint), Who), rule.endpoint


def test_what_changes_something_is_never_a_get(app):
    """Links are followed by machines; these words in an address promise that they may not."""
    for rule in app.url_map.iter_rules():
        if any(word in rule.rule for word in ("/remove", "/move", "/withdraw", "log-out", "/end")):
            assert "GET" not in rule.methods, rule.rule


if __name__ == "__main__":
    print(routes(), end="")
