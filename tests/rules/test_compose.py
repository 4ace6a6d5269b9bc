"""What compose.yaml gives each process is what the process accepts, and .env can say all of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from app.config import UnsafeConfiguration, read_settings
from app.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
VARIABLE = re.compile(r"\$\{(\w+)(?::(\?)|:-([^}]*))\}")
REQUIRED = {
    "SECRET_KEY": "x" * 40,
    "BASE_URL": "https://careers.example.com",
    "POSTGRES_PASSWORD": "secret",
    "MEILI_MASTER_KEY": "master",
    "STRIPE_SECRET_KEY": "sk_live_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_1",
    "MAIL_URL": "smtp://user:password@mail.example.com:587",
    "MAIL_FROM": "CareerCenter <no-reply@careers.example.com>",
}
KEYS = {"SEARCH_KEY": "may search", "SEARCH_ADMIN_KEY": "may write"}
# What the image says, and what production must leave alone.
NOT_FOR_OPERATORS = {
    *("LISTEN", "DATA_DIR"),
    *("DEBUG", "OUTBOUND_LOOPBACK", "RATE_LIMITS", "SIMULATOR_PORT", "STRIPE_API_BASE"),
}


def blocks(lines: list[str], anchors: dict[str, Any]) -> dict[str, Any]:
    """The mappings of a YAML text, as far as compose.yaml goes; what stands in brackets is text."""
    found: dict[str, Any] = {}
    while lines:
        line = lines.pop(0)
        depth = len(line) - len(line.lstrip())
        below = []
        while lines and len(lines[0]) - len(lines[0].lstrip()) > depth:
            below.append(lines.pop(0))
        key, _, rest = line.strip().partition(":")
        anchor, text = re.fullmatch(r"(?:&(\w+))? ?(.*)", rest.strip()).groups()
        value = anchors[text[1:]] if text.startswith("*") else text.strip('"')
        value = blocks(below, anchors) if below else value
        if anchor:
            anchors[anchor] = value
        found = {**value, **found} if key == "<<" else {**found, key: value}
    return found


def filled(text: str, environ: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name, required, default = match.groups()
        assert environ.get(name) or not required, f"compose refuses to start without {name}"
        return environ.get(name) or default or ""

    return VARIABLE.sub(value, text)


LINES = [line for line in COMPOSE.splitlines() if line.strip() and line.strip()[0] != "#"]
SERVICES = blocks(LINES, {})["services"]
IMAGE = dict(pair.split("=", 1) for pair in re.findall(r"\w+=\S+", DOCKERFILE))


def settings_of(service: str, environ: dict[str, str]) -> dict[str, Any]:
    """What a process of ours reads at start, refused or not."""
    given = SERVICES[service]["environment"]
    return read_settings({**IMAGE, **{name: filled(v, environ) for name, v in given.items()}})


@pytest.mark.parametrize("service", ["migrate", "web", "worker"])
def test_each_process_starts_with_what_it_is_given(service):
    values = settings_of(service, {**REQUIRED, **KEYS})
    assert values["ENVIRONMENT"] == "production"
    assert values["DATABASE_URL"].endswith(":secret@postgres/careercenter")


def test_only_the_worker_can_write_to_the_search_engine():
    values = {name: settings_of(name, {**REQUIRED, **KEYS}) for name in ("web", "worker")}
    assert values["web"]["SEARCH_URL"] == values["worker"]["SEARCH_URL"]
    assert values["web"]["SEARCH_KEY"] == values["worker"]["SEARCH_KEY"] == "may search"
    assert values["web"]["SEARCH_ADMIN_KEY"] == ""
    assert values["worker"]["SEARCH_ADMIN_KEY"] == "may write"


def test_migrations_run_before_there_are_keys_and_the_site_asks_for_them():
    assert settings_of("migrate", REQUIRED)["SEARCH_KEY"] == ""
    with pytest.raises(UnsafeConfiguration, match="- SEARCH_KEY"):
        settings_of("web", REQUIRED)


def test_what_is_left_empty_has_its_default():
    values = settings_of("worker", {**REQUIRED, **KEYS})
    defaults = read_settings({})
    optional = {name for name, _, default in VARIABLE.findall(COMPOSE) if not default}
    for name in optional - set(REQUIRED) - set(KEYS):
        assert values[name] == defaults[name], name
    assert values["TRUSTED_PROXIES"] == 1  # one ends TLS


def test_every_setting_an_operator_may_choose_is_passed_on():
    for setting in SETTINGS:
        given = SERVICES["worker"]["environment"].get(setting.name)
        assert (given is None) == (setting.name in NOT_FOR_OPERATORS), setting.name
    read = {name for name, _, _ in VARIABLE.findall(COMPOSE)}
    own = {"ENVIRONMENT", "DATABASE_URL", "REDIS_URL", "SEARCH_URL"}  # compose's own servers
    assert {setting.name for setting in SETTINGS} - NOT_FOR_OPERATORS - own <= read


def test_the_example_lists_exactly_what_compose_reads():
    example = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(example) == sorted({name for name, _, _ in VARIABLE.findall(COMPOSE)})


def test_the_database_is_ready_once_it_answers_the_network():
    """The image prepares a new database with a server that listens on a socket alone."""
    assert "pg_isready, -h, 127.0.0.1" in SERVICES["postgres"]["healthcheck"]["test"]


def test_the_image_runs_as_someone_who_may_write_to_the_data_folder_and_nowhere_else():
    user = re.search(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE).group(1)
    assert user != "root"
    made = DOCKERFILE.index(f"/files && chown -R {user} {IMAGE['DATA_DIR']}\n")
    assert made < DOCKERFILE.index("\nUSER ")
    assert DOCKERFILE.count("chown") == 1
    assert SERVICES["web"]["volumes"] == f"[files:{IMAGE['DATA_DIR']}]"
