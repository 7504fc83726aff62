# Everything is set up by itself: `make run` and `make test` work from a clean clone.
PORT ?= 8000

.PHONY: help setup run test test-all check bench demo messages format requirements clean

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 22

setup:  ## install what running needs into .venv
	@scripts/setup.sh

run:  ## set up, migrate, fill an empty database with the demo, serve on PORT (8000)
	@scripts/run.sh "$(PORT)"

test:  ## set up and test, on SQLite and on PostgreSQL if there is one
	@scripts/test.sh

test-all:  ## the same with the slow tests
	@scripts/test.sh --slow

check:  ## lint, format, imports, dependencies, migrations, deployment, translations
	@scripts/check.sh

bench:  ## speed beside plain Django pages (FULL=yes: 10 000 municipalities, instructions; RECORD=yes: new baseline)
	@scripts/setup.sh
	@.venv/bin/python -m bench $(if $(FULL),--full) $(if $(RECORD),--record)

demo:  ## load the demo into the database of .env
	@scripts/demo.sh

messages:  ## gather the texts to translate into locale/, and compile them
	@scripts/setup.sh --dev
	@.venv/bin/python scripts/messages.py make

format:  ## format the Python code
	@scripts/setup.sh --dev
	@.venv/bin/python -m ruff check --fix --quiet . || true
	@.venv/bin/python -m ruff format .

requirements:  ## resolve requirements*.in anew (UPGRADE=yes takes newer versions)
	@scripts/requirements.sh $(if $(UPGRADE),--upgrade)

clean:  ## remove what was installed and cached; the database and .env stay
	@rm -rf .venv var/static .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find locale -name '*.mo' -delete
