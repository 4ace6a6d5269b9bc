"""Every setting there is: its name, meaning and default."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DEVELOPMENT_SECRET = "for development only, never for production"  # noqa: S105 - refused there


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
    Setting(
        "CPT_LICENSED_USES",
        "",
        "What your license of the AMA covers, of `pages`, `exports` and `json`, commas between. "
        "Empty: you have none, and no CPT descriptor is kept or shown.",
    ),
    Setting("MAX_RELEASE_MB", "300", "Largest file of a release sent to the desk, megabytes.", int),
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


def settings_table() -> str:
    """The settings as a Markdown table, the one in docs/operating.md."""
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else "empty"
        rows.append(f"| `{setting.name}` | {default} | {setting.meaning} |")
    return "\n".join(rows)
