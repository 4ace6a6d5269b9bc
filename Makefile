# What can be done with a clone. `make run` and `make test` need git, make and Python, nothing else.

.PHONY: help run install develop test test-postgres test-meilisearch faults browser screens bench \
	bench-search relevance lint format lock migration clean

PY := .venv/bin/python
PYTEST := $(PY) -m pytest
export PYTHONUNBUFFERED := 1
# What is compiled once is kept: tests start dozens of processes.
unexport PYTHONDONTWRITEBYTECODE

help:
	@echo "make run               the whole site on http://127.0.0.1:8000"
	@echo "make test              every test, on SQLite and the embedded search engine"
	@echo "make test-postgres     the same on PostgreSQL"
	@echo "make test-meilisearch  the same with the Meilisearch that MEILI_URL names"
	@echo "make faults            what befalls a Meilisearch that MEILI_BINARY names, under load"
	@echo "make browser           the tests in a real browser"
	@echo "make lint              style, format and types"
	@echo "make bench             what the figures in the README come from"
	@echo "make bench-search      both search engines over up to a million listings"
	@echo "make relevance         how well search answers 150 judged queries"
	@echo "make screens           the pictures in docs/screens"
	@echo "make lock              pin what pyproject.toml asks for"
	@echo "make migration M='…'   a numbered migration from the change to the models"

run: install
	@exec $(PY) -m flask --app wsgi serve

install:
	@sh bin/environment requirements.lock

develop: install
	@sh bin/environment requirements-dev.lock

test: develop
	$(PYTEST) -n 2 --ignore tests/browser -rs

test-postgres: develop
	@bash bin/with-postgres $(PYTEST) -n 2 --ignore tests/browser --only-database -rs

test-meilisearch: develop
	@test -n "$(MEILI_URL)" || { echo "Set MEILI_URL (and MEILI_KEY) to a Meilisearch 1.50."; exit 1; }
	$(PYTEST) -n 2 --ignore tests/browser -rs

faults: develop
	@test -x "$(MEILI_BINARY)" || { echo "Set MEILI_BINARY to a meilisearch of version 1.50."; exit 1; }
	$(PYTEST) -n 0 tests/faults -rs

browser: develop
	@bash bin/chromium
	$(if $(MEILI_URL),bash bin/with-postgres) $(PYTEST) -n 2 --dist worksteal tests/browser -rs

screens: develop
	@bash bin/chromium
	$(PY) -m tests.browser.screens

bench: develop
	$(PY) -m benchmarks.run
	$(PY) -m benchmarks.growth
	bash bin/with-postgres $(PY) -m benchmarks.imports

bench-search: develop
	$(PY) -m benchmarks.search $(ARGS)

relevance: develop
	$(PY) -m tests.relevance $(if $(WRITE),--write) $(if $(WORST),--worst $(WORST))

lint: develop
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy app search

format: develop
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: develop
	$(PY) -m pip install --quiet uv
	$(PY) -m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-header --no-emit-index-url --quiet -o requirements.lock
	$(PY) -m uv pip compile pyproject.toml --group dev --constraint requirements.lock --universal \
		--python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--quiet -o requirements-dev.lock

migration: develop
	$(PY) -m flask --app wsgi db migrate -m "$(M)"

clean:
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis
