#!/usr/bin/env bash
# Loads the demo into the database of .env.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
scripts/env.sh
.venv/bin/python scripts/messages.py compile
.venv/bin/python manage.py migrate --verbosity 0
.venv/bin/python manage.py createcachetable --verbosity 0
.venv/bin/python manage.py demo
