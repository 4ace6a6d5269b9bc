"""The application factory: a short list of steps, and the only file that imports every feature."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import (
    access,
    audit,
    errors,
    files,
    filters,
    gazetteer,
    headers,
    index_checks,
    index_rebuilds,
    limits,
    logs,
    mail,
    serve,
    statics,
    tasks,
    traffic,
    worker,
)
from app.accounts.views import bp as accounts_bp
from app.applications.views import bp as applications_bp
from app.billing.views import bp as billing_bp
from app.codes.views import bp as codes_bp
from app.config import flask_config, read_settings
from app.employers.views import bp as employers_bp
from app.extensions import csrf, db, login_manager, migrate
from app.jobs.views import bp as jobs_bp
from app.pages.views import bp as pages_bp
from app.seekers.views import bp as seekers_bp

FEATURES = (
    accounts_bp,
    billing_bp,
    codes_bp,
    employers_bp,
    jobs_bp,
    seekers_bp,
    applications_bp,
    pages_bp,
)
PLUMBING = (
    logs,
    traffic,
    errors,
    headers,
    limits,
    access,
    mail,
    filters,
    statics,
    worker,
    serve,
    gazetteer,
)
MIGRATIONS = Path(__file__).parent.parent / "migrations"
MODELS = (audit, files, tasks, index_checks, index_rebuilds)  # plumbing with tables of its own


def create_app(environ: Mapping[str, str] | None = None, **overrides: Any) -> Flask:
    """The site, from the environment's settings. Raises UnsafeConfiguration."""
    app = Flask(__name__, static_folder=None)  # app/statics.py serves them
    app.config.update(flask_config(read_settings(os.environ if environ is None else environ)))
    app.config.update(overrides)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    login_manager.init_app(app)
    csrf.init_app(app)
    for part in PLUMBING:
        part.init_app(app)
    for feature in FEATURES:
        app.register_blueprint(feature)
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    access.refuse_undeclared(app)
    return app
