"""The settings read from the environment, checked at start, and put as Flask wants them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.settings import DEVELOPMENT_SECRET, SETTINGS, Setting

ENVIRONMENTS = ("development", "test", "production")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SMTP_SCHEMES = ("smtp", "smtps", "smtp+plain")
INDEXNOW_KEY = re.compile(r"[A-Za-z0-9-]{8,128}")
CPT_USES = frozenset({"pages", "exports", "json"})
STRIPE_TEST_KEYS = ("sk_test_", "rk_test_")


class UnsafeConfiguration(Exception):
    """The site refuses to start. The message lists every setting to change."""


_YES = {"1", "yes", "true", "on"}
_NO = {"", "0", "no", "false", "off"}


def read_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings as typed values. Raises UnsafeConfiguration naming each one to change."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for setting in SETTINGS:
        raw = environ.get(setting.name, setting.default).strip() or setting.default
        try:
            values[setting.name] = _typed(setting, raw)
        except ValueError as error:
            faults.append(f"{setting.name}: {error}")
    if not faults:
        values["BASE_URL"] = values["BASE_URL"] or f"http://{values['LISTEN']}"
        faults = _unsafe(values)
    if faults:
        raise UnsafeConfiguration(
            "The settings are not safe to start with:\n- " + "\n- ".join(faults)
        )
    return values


def _typed(setting: Setting, raw: str) -> Any:
    if setting.kind is int:
        if not raw.isascii() or not raw.isdigit():
            raise ValueError("must be a whole number")
        return int(raw)
    if setting.kind is bool:
        if raw.lower() in _YES:
            return True
        if raw.lower() in _NO:
            return False
        raise ValueError("must be yes or no")
    if setting.kind is Path:
        return Path(raw).resolve()
    return raw


def _unsafe(values: Mapping[str, Any]) -> list[str]:
    """What is wrong with settings that could each be read."""
    faults = _senseless(values)
    if values["ENVIRONMENT"] == "production":
        faults += _unsafe_for_production(values)
    elif values["SECRET_KEY"] == DEVELOPMENT_SECRET and not _is_loopback(values["LISTEN"]):
        faults.append(
            "SECRET_KEY: the default is known to everybody and LISTEN is open to the network; "
            "set a key of your own, or listen on 127.0.0.1"
        )
    return faults


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in text.split(",") if word.strip())


def _is_loopback(listen: str) -> bool:
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _senseless(values: Mapping[str, Any]) -> list[str]:
    """What no environment can run with."""
    base = urlsplit(values["BASE_URL"])
    search, mail = urlsplit(values["SEARCH_URL"]), urlsplit(values["MAIL_URL"])
    host, _, port = values["LISTEN"].rpartition(":")
    checks = (
        (
            values["ENVIRONMENT"] in ENVIRONMENTS,
            f"ENVIRONMENT: must be one of {', '.join(ENVIRONMENTS)}",
        ),
        (
            values["LOG_LEVEL"] in LOG_LEVELS,
            f"LOG_LEVEL: must be one of {', '.join(LOG_LEVELS)}",
        ),
        (
            bool(host) and port.isdecimal() and 0 < int(port) < 65_536,
            "LISTEN: must be an address and a port, such as 127.0.0.1:8000",
        ),
        (
            base.scheme in ("http", "https") and bool(base.hostname) and base.path in ("", "/"),
            "BASE_URL: must be an http or https address without a path",
        ),
        (
            search.scheme in ("", "http", "https", "embedded"),
            "SEARCH_URL: must begin with http://, https:// or embedded:",
        ),
        (
            mail.scheme in ("", "folder", *SMTP_SCHEMES),
            "MAIL_URL: must begin with smtp://, smtps://, smtp+plain:// or folder:",
        ),
        (
            not values["INDEXNOW_KEY"] or bool(INDEXNOW_KEY.fullmatch(values["INDEXNOW_KEY"])),
            "INDEXNOW_KEY: must have 8 to 128 letters, digits and hyphens",
        ),
        (
            not values["GOOGLE_INDEXING_CREDENTIALS"]
            or Path(values["GOOGLE_INDEXING_CREDENTIALS"]).is_file(),
            "GOOGLE_INDEXING_CREDENTIALS: there is no such file",
        ),
        (
            _words(values["CPT_LICENSED_USES"]) <= CPT_USES,
            "CPT_LICENSED_USES: may name pages, exports and json",
        ),
    )
    return [fault for holds, fault in (*checks, *_senseless_numbers(values)) if not holds]


def _senseless_numbers(values: Mapping[str, Any]) -> tuple[tuple[bool, str], ...]:
    return (
        (values["WEB_WORKERS"] > 0, "WEB_WORKERS: must be 1 or more"),
        (values["WEB_THREADS"] > 0, "WEB_THREADS: must be 1 or more"),
        (0 < values["MAX_UPLOAD_MB"] <= 50, "MAX_UPLOAD_MB: must be 1 to 50"),
        (0 < values["MAX_RELEASE_MB"] <= 2000, "MAX_RELEASE_MB: must be 1 to 2000"),
        (values["CODE_VIEW_DAYS"] > 0, "CODE_VIEW_DAYS: must be 1 or more"),
    )


def _unsafe_for_production(values: Mapping[str, Any]) -> list[str]:
    postgresql = values["DATABASE_URL"].startswith("postgresql")
    alone = values["WEB_WORKERS"] == 1
    meilisearch = values["SEARCH_URL"].startswith("http")
    checks = (
        (not values["DEBUG"], "DEBUG: must be off"),
        (
            values["SECRET_KEY"] != DEVELOPMENT_SECRET and len(values["SECRET_KEY"]) >= 32,
            "SECRET_KEY: set 32 random characters or more",
        ),
        (values["BASE_URL"].startswith("https://"), "BASE_URL: must be https"),
        (
            bool(values["STRIPE_SECRET_KEY"] and values["STRIPE_WEBHOOK_SECRET"]),
            "STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET: the simulator is for development",
        ),
        (
            not values["STRIPE_SECRET_KEY"].startswith(STRIPE_TEST_KEYS),
            "STRIPE_SECRET_KEY: a test key takes no payments; use a live one",
        ),
        (
            not values["STRIPE_API_BASE"],
            "STRIPE_API_BASE: must be empty, so that payments reach Stripe itself",
        ),
        (
            postgresql or alone,
            "DATABASE_URL: SQLite serves one web process; use PostgreSQL or WEB_WORKERS=1",
        ),
        (
            bool(values["REDIS_URL"]) or alone,
            "REDIS_URL: rate limits must be shared; set it or WEB_WORKERS=1",
        ),
        (
            not meilisearch or bool(values["SEARCH_KEY"]),
            "SEARCH_KEY: Meilisearch must not be open to everybody",
        ),
        *_mail_checks(values),
        (values["RATE_LIMITS"], "RATE_LIMITS: must be on"),
        (not values["OUTBOUND_LOOPBACK"], "OUTBOUND_LOOPBACK: must be off"),
    )
    return [fault for holds, fault in checks if not holds]


def _mail_checks(values: Mapping[str, Any]) -> tuple[tuple[bool, str], ...]:
    mail = urlsplit(values["MAIL_URL"])
    return (
        (mail.scheme in SMTP_SCHEMES, "MAIL_URL: must be an SMTP server"),
        (
            mail.scheme != "smtp+plain" or not mail.password,
            "MAIL_URL: a password must not travel unencrypted; use smtp:// or smtps://",
        ),
        *(
            (
                not values[sender].rstrip(">").endswith("@localhost"),
                f"{sender}: must be an address of your own domain",
            )
            for sender in ("MAIL_FROM", "ALERTS_FROM")
        ),
    )


def flask_config(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings plus what Flask and its extensions want, worked out from them."""
    production = values["ENVIRONMENT"] == "production"
    data: Path = values["DATA_DIR"]
    database = values["DATABASE_URL"] or f"sqlite:///{data / 'careercenter.db'}"
    return {
        **values,
        "TESTING": values["ENVIRONMENT"] == "test",
        "SQLALCHEMY_DATABASE_URI": database,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(values, database),
        "SEARCH_URL": values["SEARCH_URL"] or f"embedded:{data / 'search'}",
        "MAIL_URL": values["MAIL_URL"] or f"folder:{data / 'mail'}",
        "ALERTS_FROM": values["ALERTS_FROM"] or values["MAIL_FROM"],
        "CPT_LICENSED_USES": _words(values["CPT_LICENSED_USES"]),
        "SIMULATED_PAYMENTS": not values["STRIPE_SECRET_KEY"],
        "MAX_CONTENT_LENGTH": (values["MAX_UPLOAD_MB"] + 1) * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 1000,
        # Health checks come from the machine itself, visitors only by the site's own name.
        "TRUSTED_HOSTS": (
            [urlsplit(values["BASE_URL"]).hostname, "127.0.0.1", "localhost"]
            if production
            else None
        ),
        "SESSION_COOKIE_NAME": "__Host-session" if production else "session",
        "SESSION_COOKIE_SECURE": production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # As long as a log-in can last at all; how long this one does, its row says.
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "SESSION_REFRESH_EACH_REQUEST": False,  # the cookie changes when the session does
        # OWASP's figures for a web server; in tests as cheap as argon2 allows.
        "ARGON2_TIME_COST": 1 if values["ENVIRONMENT"] == "test" else 2,
        "ARGON2_MEMORY_KIB": 8 if values["ENVIRONMENT"] == "test" else 19 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,  # the token lives as long as the session it belongs to
        "RATELIMIT_ENABLED": values["RATE_LIMITS"],
        "RATELIMIT_STORAGE_URI": values["REDIS_URL"] or "memory://",
        "RATELIMIT_STORAGE_OPTIONS": (
            {"socket_connect_timeout": 1, "socket_timeout": 1} if values["REDIS_URL"] else {}
        ),
        # Redis down: each process counts by itself, so a limit never disappears.
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": bool(values["REDIS_URL"]),
    }


def _engine_options(values: Mapping[str, Any], database: str) -> dict[str, Any]:
    # What a statement was given may be personal; it does not belong in a production log.
    hidden = {"hide_parameters": values["ENVIRONMENT"] == "production"}
    if not database.startswith("postgresql"):
        return hidden
    return {
        **hidden,
        "pool_pre_ping": True,
        "pool_size": values["WEB_THREADS"],
        "max_overflow": 4,
        "pool_timeout": 10,
        "connect_args": {"connect_timeout": 5},
    }
