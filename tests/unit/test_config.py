"""Settings: read, typed, and refused by name where production would not be safe."""

import re
from pathlib import Path

import pytest

from app import config, create_app
from app.config import UnsafeConfiguration, flask_config, read_settings
from app.settings import SETTINGS, settings_table

SAFE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "x" * 40,
    "BASE_URL": "https://careers.example.com",
    "DATABASE_URL": "postgresql+psycopg://user:password@db/careercenter",
    "REDIS_URL": "redis://redis/0",
    "MAIL_URL": "smtp://user:password@mail.example.com:587",
    "MAIL_FROM": "CareerCenter <no-reply@careers.example.com>",
    "STRIPE_SECRET_KEY": "sk_live_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_1",
    "SEARCH_URL": "http://meilisearch:7700",
    "SEARCH_KEY": "may search",
}


def refusal(**changes: str) -> str:
    with pytest.raises(UnsafeConfiguration) as caught:
        read_settings({**SAFE, **changes})
    return str(caught.value)


def test_production_starts_with_safe_settings():
    values = flask_config(read_settings(SAFE))
    assert values["SESSION_COOKIE_NAME"] == "__Host-session"
    assert values["SESSION_COOKIE_SECURE"] is True
    assert values["SIMULATED_PAYMENTS"] is False
    assert values["TRUSTED_HOSTS"][0] == "careers.example.com"
    assert values["SQLALCHEMY_ENGINE_OPTIONS"]["hide_parameters"] is True


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"DEBUG": "yes"}, "DEBUG"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": config.DEVELOPMENT_SECRET}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"BASE_URL": "http://careers.example.com"}, "BASE_URL"),
        ({"BASE_URL": ""}, "BASE_URL"),
        ({"STRIPE_SECRET_KEY": ""}, "STRIPE_SECRET_KEY"),
        ({"STRIPE_SECRET_KEY": "sk_test_1"}, "STRIPE_SECRET_KEY"),
        ({"STRIPE_SECRET_KEY": "rk_test_1"}, "STRIPE_SECRET_KEY"),
        ({"STRIPE_WEBHOOK_SECRET": ""}, "STRIPE_WEBHOOK_SECRET"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:8001"}, "STRIPE_API_BASE"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:////srv/careercenter.db"}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"SEARCH_KEY": ""}, "SEARCH_KEY"),
        ({"MAIL_URL": ""}, "MAIL_URL"),
        ({"MAIL_URL": "folder:/tmp/mail"}, "MAIL_URL"),
        ({"MAIL_URL": "smtp+plain://user:password@mail.example.com:25"}, "MAIL_URL"),
        ({"MAIL_FROM": ""}, "MAIL_FROM"),
        ({"RATE_LIMITS": "no"}, "RATE_LIMITS"),
        ({"OUTBOUND_LOOPBACK": "yes"}, "OUTBOUND_LOOPBACK"),
    ],
    ids=lambda value: next(iter(value.items())) if isinstance(value, dict) else value,
)
def test_production_refuses_what_is_unsafe_and_names_it(change, named):
    assert re.search(rf"^- .*\b{named}\b", refusal(**change), re.MULTILINE)


def test_production_takes_a_restricted_live_key():
    assert read_settings({**SAFE, "STRIPE_SECRET_KEY": "rk_live_1"})


def test_the_web_process_needs_no_key_that_writes_to_the_search_engine():
    assert read_settings(SAFE)["SEARCH_ADMIN_KEY"] == ""


@pytest.mark.parametrize("environment", ["development", "test"])
@pytest.mark.parametrize(
    "listen", ["0.0.0.0:8000", "[::]:8000", "192.0.2.7:8000", "careers.example.com:8000"]
)
def test_the_key_everybody_knows_is_refused_where_the_network_can_reach(environment, listen):
    open_to_all = {"ENVIRONMENT": environment, "LISTEN": listen}
    with pytest.raises(UnsafeConfiguration, match=r"- SECRET_KEY: .*LISTEN") as caught:
        read_settings(open_to_all)
    assert "127.0.0.1" in str(caught.value)
    assert read_settings({**open_to_all, "SECRET_KEY": "of my own"})


@pytest.mark.parametrize("listen", ["127.0.0.1:8000", "127.0.0.9:80", "[::1]:80", "localhost:80"])
def test_development_on_this_machine_alone_needs_no_key(listen):
    assert read_settings({"LISTEN": listen})


def test_every_fault_is_named_at_once():
    message = refusal(DEBUG="yes", RATE_LIMITS="no", BASE_URL="http://x.example")
    assert all(name in message for name in ("DEBUG", "RATE_LIMITS", "BASE_URL"))


def test_one_web_process_may_use_sqlite_without_redis():
    values = read_settings({**SAFE, "DATABASE_URL": "", "REDIS_URL": "", "WEB_WORKERS": "1"})
    assert values["WEB_WORKERS"] == 1


def test_a_refusal_repeats_no_secret():
    message = refusal(SECRET_KEY="hunter2hunter2", MAIL_URL="smtp+plain://u:hunter3@h")
    assert "hunter" not in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "staging"),
        ("LOG_LEVEL", "LOUD"),
        ("WEB_WORKERS", "two"),
        ("WEB_WORKERS", "-1"),
        ("WEB_WORKERS", "0"),
        ("WEB_WORKERS", "\uff11"),
        ("WEB_THREADS", "0"),
        ("DEBUG", "maybe"),
        ("LISTEN", "8000"),
        ("LISTEN", "127.0.0.1:"),
        ("LISTEN", "127.0.0.1:99999"),
        ("BASE_URL", "careers.example.com"),
        ("BASE_URL", "ftp://careers.example.com"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://example.com/jobs"),
        ("SEARCH_URL", "meilisearch:7700"),
        ("MAIL_URL", "imap://mail.example.com"),
        ("MAX_UPLOAD_MB", "0"),
        ("MAX_UPLOAD_MB", "1000"),
        ("CODE_VIEW_DAYS", "0"),
        ("INDEXNOW_KEY", "short"),
        ("INDEXNOW_KEY", "with/a/slash/in/it"),
        ("GOOGLE_INDEXING_CREDENTIALS", "/no/such/file.json"),
        ("GOOGLE_INDEXING_QUOTA", "many"),
    ],
)
def test_what_makes_no_sense_is_refused_in_every_environment(name, value):
    for environment in config.ENVIRONMENTS:
        with pytest.raises(UnsafeConfiguration, match=name):
            read_settings({**SAFE, "ENVIRONMENT": environment, name: value})


def test_development_needs_no_setting_at_all():
    values = flask_config(read_settings({}))
    assert values["SIMULATED_PAYMENTS"] is True
    assert values["BASE_URL"] == "http://127.0.0.1:8000"
    assert values["SQLALCHEMY_DATABASE_URI"].startswith("sqlite:///")
    assert values["SEARCH_URL"].startswith("embedded:")
    assert values["MAIL_URL"].startswith("folder:")
    assert values["DATA_DIR"] == Path("var").resolve()


def test_the_address_of_the_site_follows_where_it_listens():
    assert read_settings({"LISTEN": "127.0.0.1:9000"})["BASE_URL"] == "http://127.0.0.1:9000"


def test_an_empty_variable_is_an_absent_one():
    assert read_settings({"WEB_WORKERS": " "})["WEB_WORKERS"] == 2


def test_redis_down_never_lifts_the_limits():
    values = flask_config(read_settings({"REDIS_URL": "redis://redis/0"}))
    assert values["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] is True
    assert values["RATELIMIT_STORAGE_OPTIONS"]["socket_timeout"] == 1


def test_an_application_with_unsafe_settings_does_not_start():
    with pytest.raises(UnsafeConfiguration):
        create_app({**SAFE, "SECRET_KEY": "short"})


def test_every_setting_stands_in_the_table_once():
    names = re.findall(r"^\| `([A-Z_]+)` \|", settings_table(), re.MULTILINE)
    assert names == [setting.name for setting in SETTINGS]
    assert len(set(names)) == len(names)


def test_the_table_in_the_operating_manual_is_this_one():
    manual = Path(__file__).parents[2] / "docs" / "operating.md"
    assert settings_table() in manual.read_text(encoding="utf-8")
