"""Every setting: its name, meaning and default, read from the environment and checked at start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ENVIRONMENTS = ("development", "test", "production")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DEVELOPMENT_SECRET = "for development only, never for production"  # noqa: S105 - refused there
SMTP_SCHEMES = ("smtp", "smtps", "smtp+plain")
INDEXNOW_KEY = re.compile(r"[A-Za-z0-9-]{8,128}")
STRIPE_TEST_KEYS = ("sk_test_", "rk_test_")


class UnsafeConfiguration(Exception):
    """The site refuses to start. The message lists every setting to change."""


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    meaning: str
    kind: type = str  # str, int, bool or Path
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("ENVIRONMENT", "development", "development, test or production."),
    Setting(
        "SECRET_KEY",
        DEVELOPMENT_SECRET,
        "Signs sessions and links. In production 32 random characters or more.",
        secret=True,
    ),
    Setting("DEBUG", "no", "Flask's debugger. Never in production.", bool),
    Setting("LISTEN", "127.0.0.1:8000", "Address and port the web processes listen on."),
    Setting("BASE_URL", "", "The address visitors use; links in mails. Empty: http:// and LISTEN."),
    Setting("DATA_DIR", "var", "Folder for files, the embedded search, SQLite and dev mail.", Path),
    Setting(
        "DATABASE_URL",
        "",
        "SQLAlchemy address. Empty means SQLite in DATA_DIR. PostgreSQL in production: "
        "`postgresql+psycopg://user:password@host/name`.",
        secret=True,
    ),
    Setting(
        "REDIS_URL",
        "",
        "Queue and rate limits shared by several processes. Empty: SQLite and memory.",
        secret=True,
    ),
    Setting(
        "SEARCH_URL",
        "",
        "`http://host:7700` for Meilisearch; `embedded:/folder` for the embedded engine. "
        "Empty means embedded, in DATA_DIR.",
    ),
    Setting("SEARCH_KEY", "", "Meilisearch key that may only search.", secret=True),
    Setting(
        "SEARCH_ADMIN_KEY",
        "",
        "Meilisearch key that writes, for the worker and for commands that index.",
        secret=True,
    ),
    Setting("SEARCH_PREFIX", "careercenter_", "Goes before every Meilisearch index name."),
    Setting(
        "MAIL_URL",
        "",
        "`smtp://user:password@host:587` (STARTTLS), `smtps://…:465`, `smtp+plain://host:25`, or "
        "`folder:/path`. Empty means a folder in DATA_DIR, shown on the mailbox page.",
        secret=True,
    ),
    Setting("MAIL_FROM", "CareerCenter <no-reply@localhost>", "Sender of every mail."),
    Setting("ALERTS_FROM", "", "Sender of job alerts, apart from all others. Empty: MAIL_FROM."),
    Setting(
        "ALERT_UNSUBSCRIBE_MAILTO",
        "",
        "Address that takes requests to stop alerts by mail, read by people. Empty: links only.",
    ),
    Setting(
        "MAIL_EVENTS_TOKEN",
        "",
        "Bearer token of /mail/events, where bounces and complaints are told. Empty: closed.",
        secret=True,
    ),
    Setting(
        "STRIPE_SECRET_KEY",
        "",
        "Empty in development: the simulator is used. In production a live key.",
        secret=True,
    ),
    Setting("STRIPE_WEBHOOK_SECRET", "", "Signing secret of the webhook endpoint.", secret=True),
    Setting(
        "STRIPE_API_BASE",
        "",
        "Another address for Stripe's API, such as stripe-mock. Empty: Stripe, or the simulator.",
    ),
    Setting("SIMULATOR_PORT", "8001", "Loopback port of the Stripe simulator.", int),
    Setting("WEB_WORKERS", "2", "Web processes.", int),
    Setting("WEB_THREADS", "8", "Threads in each web process.", int),
    Setting(
        "TRUSTED_PROXIES",
        "0",
        "How many proxies in front set X-Forwarded-For, -Proto and -Host. Too many lets a visitor "
        "choose the address that limits count.",
        int,
    ),
    Setting("RATE_LIMITS", "yes", "Whether rate limits hold. Only benchmarks turn them off.", bool),
    Setting("GUEST_CODE_VIEWS", "1", "Code pages a guest may open in a period.", int),
    Setting("FREE_CODE_VIEWS", "5", "More code pages a free account gets in a period.", int),
    Setting("CODE_VIEW_DAYS", "30", "Length of that period in days.", int),
    Setting("MAX_UPLOAD_MB", "5", "Largest résumé, in megabytes.", int),
    Setting(
        "INDEXNOW_KEY",
        "",
        "Key under which IndexNow is told of listings: 8 to 128 letters, digits and hyphens. "
        "Empty: it is told nothing.",
    ),
    Setting("INDEXNOW_URL", "https://api.indexnow.org/indexnow", "Where IndexNow is told."),
    Setting(
        "GOOGLE_INDEXING_CREDENTIALS",
        "",
        "Path of the service account's JSON key for Google's Indexing API. Empty: Google is told "
        "nothing and reads the sitemap.",
    ),
    Setting(
        "GOOGLE_INDEXING_URL",
        "https://indexing.googleapis.com/v3/urlNotifications:publish",
        "Where Google is told.",
    ),
    Setting("GOOGLE_INDEXING_QUOTA", "200", "Notifications a day that Google takes from you.", int),
    Setting(
        "OUTBOUND_LOOPBACK",
        "no",
        "Whether feeds may be read from this machine itself. For development and tests.",
        bool,
    ),
    Setting("METRICS_TOKEN", "", "Bearer token of /metrics. Empty: loopback only.", secret=True),
    Setting("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
)

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
        (values["WEB_WORKERS"] > 0, "WEB_WORKERS: must be 1 or more"),
        (values["WEB_THREADS"] > 0, "WEB_THREADS: must be 1 or more"),
        (0 < values["MAX_UPLOAD_MB"] <= 50, "MAX_UPLOAD_MB: must be 1 to 50"),
        (values["CODE_VIEW_DAYS"] > 0, "CODE_VIEW_DAYS: must be 1 or more"),
    )
    return [fault for holds, fault in checks if not holds]


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


def settings_table() -> str:
    """The settings as a Markdown table, the one in docs/operating.md."""
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else "empty"
        rows.append(f"| `{setting.name}` | {default} | {setting.meaning} |")
    return "\n".join(rows)
