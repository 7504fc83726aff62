#!/usr/bin/env bash
# Writes a .env for this machine unless there is one: a key of its own, and the address of `make run`.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -e .env ] && exit 0
umask 077
cat >.env <<END
# Written by scripts/env.sh for this machine; .env.example describes every setting.
SECRET_KEY=$(.venv/bin/python -c 'import secrets; print(secrets.token_hex(32))')
SITE_URL=http://127.0.0.1:${1:-8000}
EXTRA_HOSTS=localhost
# The demo's administration opens without a second factor; the deployment check refuses that.
SECOND_FACTOR_REQUIRED=off
END
