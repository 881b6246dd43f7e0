# Two commands for a fresh machine: `make demo` and `make test`. Everything else is for daily work.
SHELL := /bin/bash
export LC_ALL := C.UTF-8
# Without bytecode each of the many processes of a test run compiles the program anew.
unexport PYTHONDONTWRITEBYTECODE
PY := .venv/bin/python
PYTEST_ARGS ?=
DEMO_ARGS ?=

.PHONY: setup demo test soak lint format types contracts check-migrations check-openapi bench locks clean

setup:  ## the program: .venv/bin/motcua
	@scripts/setup.sh runtime

demo: setup  ## a running province, from nothing
	@exec .venv/bin/motcua demo $(DEMO_ARGS)

test:  ## every test but the long proofs
	@scripts/setup.sh dev
	@scripts/chromium.sh >/dev/null || true
	@$(PY) -m pytest -n 2 --dist worksteal -q $(PYTEST_ARGS)

soak:  ## the long proofs: 20,000 lives with kill -9 in between, the figures of 100,000,000 dossiers
	@scripts/setup.sh dev
	@$(PY) -m pytest -q -m soak $(PYTEST_ARGS)
	@.venv/bin/motcua bench figures --rows 100000000

lint:
	@scripts/setup.sh dev
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

format:
	@scripts/setup.sh dev
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

types:
	@scripts/setup.sh dev
	@.venv/bin/mypy

contracts:  ## the rooms import one way
	@scripts/setup.sh dev
	@.venv/bin/lint-imports --no-logo

check-migrations:
	@scripts/setup.sh dev
	@MOTCUA_DATABASE_POOL=0 DJANGO_SETTINGS_MODULE=motcua.platform.settings $(PY) -W ignore::RuntimeWarning -m django makemigrations --check --dry-run

check-openapi:
	@scripts/setup.sh dev
	@.venv/bin/motcua openapi --check

bench: setup
	@.venv/bin/motcua bench

locks:  ## after a change of the dependencies in pyproject.toml
	@.venv/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-emit-index-url --extra build --extra test --extra tools pyproject.toml -o requirements-dev.lock
	@.venv/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-emit-index-url --extra build --extra test --extra tools --extra nation -c requirements-dev.lock pyproject.toml -o requirements-nation.lock
	@.venv/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-emit-index-url --extra build -c requirements-dev.lock pyproject.toml -o requirements.lock

clean:
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
