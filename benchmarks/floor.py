"""The floor: the least a Flask site with an ORM and templates must do for the same kind of page.

A list of 20 listings, one listing, one code, each from its own table in the product's database
engine, with a template of a few lines, no sessions, no permissions, no search.
"""

from __future__ import annotations

import os
from datetime import datetime

from flask import Flask, abort
from sqlalchemy import Index, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

PAGE = """<!doctype html><html lang=en><head><meta charset=utf-8><title>{{ title }}</title></head>
<body><header><a href=/>Floor</a></header><main><h1>{{ title }}</h1>"""
LIST = (
    PAGE
    + """<ul>{% for row in rows %}<li>
<h2><a href="/jobs/{{ row.id }}">{{ row.title }}</a></h2>
<p>{{ row.organisation }}, {{ row.place }}</p><p>{{ row.pay }}</p>
<p>{{ row.posted.strftime("%B %d, %Y") }}</p></li>{% endfor %}</ul></main>
</body></html>"""
)
ONE = (
    PAGE
    + """<p>{{ row.organisation }}, {{ row.place }}</p><p>{{ row.pay }}</p>
<p>{{ row.posted.strftime("%B %d, %Y") }}</p><div>{{ row.body|safe }}</div></main></body></html>"""
)
CODE = (
    PAGE
    + """<p>{{ row.code }}</p><p>{{ "Billable" if row.billable else "Not billable" }}</p>
<ul>{% for line in row.notes.split("\n") %}<li>{{ line }}</li>{% endfor %}</ul></main>
</body></html>"""
)


class Base(DeclarativeBase):
    pass


class Listing(Base):
    __tablename__ = "listing"
    __table_args__ = (Index("ix_listing_order", "status", "posted", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    title: Mapped[str]
    organisation: Mapped[str]
    place: Mapped[str]
    pay: Mapped[str]
    posted: Mapped[datetime]
    body: Mapped[str]


class Code(Base):
    __tablename__ = "code"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    billable: Mapped[bool]
    notes: Mapped[str]


def create_floor(address: str) -> Flask:
    app = Flask(__name__)
    engine = create_engine(address)
    # Compiled once, as templates in files are.
    listings, listing, one_code = (app.jinja_env.from_string(t) for t in (LIST, ONE, CODE))

    @app.get("/jobs")
    def jobs() -> str:
        newest = (
            select(Listing)
            .where(Listing.status == "live")
            .order_by(Listing.posted.desc(), Listing.id.desc())
            .limit(20)
        )
        with Session(engine) as session:
            rows = session.scalars(newest).all()
            return listings.render(title="Jobs", rows=rows)

    @app.get("/jobs/<int:listing_id>")
    def job(listing_id: int) -> str:
        with Session(engine) as session:
            row = session.get(Listing, listing_id) or abort(404)
            return listing.render(title=row.title, row=row)

    @app.get("/codes/<code>")
    def code(code: str) -> str:
        with Session(engine) as session:
            row = session.scalar(select(Code).where(Code.code == code)) or abort(404)
            return one_code.render(title=row.title, row=row)

    return app


if address := os.environ.get("FLOOR_DATABASE"):
    app = create_floor(address)
