"""Every setting: its name, meaning and default, read from the environment and checked at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ENVIRONMENTS = ("development", "test", "production")
DEVELOPMENT_SECRET = "for development only, never for production"


class UnsafeConfiguration(Exception):
    """Production refuses to start. The message lists every setting to change."""


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
    Setting("BASE_URL", "http://127.0.0.1:8000", "The address visitors use; links in mails."),
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
    Setting("SEARCH_ADMIN_KEY", "", "Meilisearch key of the worker, which writes.", secret=True),
    Setting("SEARCH_PREFIX", "careercenter_", "Goes before every Meilisearch index name."),
    Setting(
        "MAIL_URL",
        "",
        "`smtp://user:password@host:587` (STARTTLS), `smtps://…:465`, `smtp+plain://host:25`, or "
        "`folder:/path`. Empty means a folder in DATA_DIR, shown on the mailbox page.",
        secret=True,
    ),
    Setting("MAIL_FROM", "CareerCenter <no-reply@localhost>", "Sender of every mail."),
    Setting("STRIPE_SECRET_KEY", "", "Empty in development: the simulator is used.", secret=True),
    Setting("STRIPE_WEBHOOK_SECRET", "", "Signing secret of the webhook endpoint.", secret=True),
    Setting(
        "STRIPE_API_BASE",
        "",
        "Another address for Stripe's API, such as stripe-mock. Empty: Stripe, or the simulator.",
    ),
    Setting("SIMULATOR_PORT", "8001", "Loopback port of the Stripe simulator.", int),
    Setting("WEB_WORKERS", "2", "Web processes.", int),
    Setting("WEB_THREADS", "8", "Threads in each web process.", int),
    Setting("TRUSTED_PROXIES", "0", "Proxies in front that set X-Forwarded-For.", int),
    Setting("RATE_LIMITS", "yes", "Whether rate limits hold. Only benchmarks turn them off.", bool),
    Setting("GUEST_CODE_VIEWS", "1", "Code pages a guest may open in a period.", int),
    Setting("FREE_CODE_VIEWS", "5", "More code pages a free account gets in a period.", int),
    Setting("CODE_VIEW_DAYS", "30", "Length of that period in days.", int),
    Setting("MAX_UPLOAD_MB", "5", "Largest résumé, in megabytes.", int),
    Setting("METRICS_TOKEN", "", "Bearer token of /metrics. Empty: loopback only.", secret=True),
    Setting("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
)

_YES = {"1", "yes", "true", "on"}
_NO = {"", "0", "no", "false", "off"}


def read_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings as typed values. Raises UnsafeConfiguration naming each unreadable one."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for setting in SETTINGS:
        raw = environ.get(setting.name, setting.default).strip() or setting.default
        try:
            values[setting.name] = _typed(setting, raw)
        except ValueError as error:
            faults.append(f"{setting.name}: {error}")
    if not faults:
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
    faults: list[str] = []
    if values["ENVIRONMENT"] not in ENVIRONMENTS:
        faults.append(f"ENVIRONMENT: must be one of {', '.join(ENVIRONMENTS)}")
    base = urlsplit(values["BASE_URL"])
    if base.scheme not in ("http", "https") or not base.netloc:
        faults.append("BASE_URL: must be an http or https address")
    if values["ENVIRONMENT"] != "production":
        return faults
    if values["DEBUG"]:
        faults.append("DEBUG: must be off")
    if values["SECRET_KEY"] == DEVELOPMENT_SECRET or len(values["SECRET_KEY"]) < 32:
        faults.append("SECRET_KEY: set 32 random characters or more")
    if base.scheme != "https":
        faults.append("BASE_URL: must be https")
    if not values["STRIPE_SECRET_KEY"] or not values["STRIPE_WEBHOOK_SECRET"]:
        faults.append(
            "STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET: the simulator is for development"
        )
    if values["STRIPE_API_BASE"]:
        faults.append("STRIPE_API_BASE: must be empty, so that payments reach Stripe itself")
    if not values["DATABASE_URL"].startswith("postgresql") and values["WEB_WORKERS"] > 1:
        faults.append(
            "DATABASE_URL: SQLite serves one web process; use PostgreSQL or WEB_WORKERS=1"
        )
    if not values["REDIS_URL"] and values["WEB_WORKERS"] > 1:
        faults.append("REDIS_URL: rate limits must be shared; set it or WEB_WORKERS=1")
    if not values["MAIL_URL"].startswith(("smtp://", "smtps://", "smtp+plain://")):
        faults.append("MAIL_URL: must be an SMTP server")
    if not values["RATE_LIMITS"]:
        faults.append("RATE_LIMITS: must be on")
    return faults


def flask_config(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings plus what Flask and its extensions want, worked out from them."""
    production = values["ENVIRONMENT"] == "production"
    data: Path = values["DATA_DIR"]
    database = values["DATABASE_URL"] or f"sqlite:///{data / 'careercenter.db'}"
    return {
        **values,
        "TESTING": values["ENVIRONMENT"] == "test",
        "SQLALCHEMY_DATABASE_URI": database,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": database.startswith("postgresql")},
        "SEARCH_URL": values["SEARCH_URL"] or f"embedded:{data / 'search'}",
        "MAIL_URL": values["MAIL_URL"] or f"folder:{data / 'mail'}",
        "SIMULATED_PAYMENTS": not values["STRIPE_SECRET_KEY"],
        "MAX_CONTENT_LENGTH": (values["MAX_UPLOAD_MB"] + 1) * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 1000,
        "SESSION_COOKIE_NAME": "__Host-session" if production else "session",
        "SESSION_COOKIE_SECURE": production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # the token lives as long as the session it belongs to
        "RATELIMIT_ENABLED": values["RATE_LIMITS"],
        "RATELIMIT_STORAGE_URI": values["REDIS_URL"] or "memory://",
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": bool(values["REDIS_URL"]),
    }


def settings_table() -> str:
    """The settings as a Markdown table, the one in docs/operating.md."""
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else "empty"
        rows.append(f"| `{setting.name}` | {default} | {setting.meaning} |")
    return "\n".join(rows)
