#!/usr/bin/env bash
# Every check that is not a test: one line for each that is fine, the whole output of one that is not.
set -uo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh --dev || exit 1
bin=.venv/bin/python
failed=0

step() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "ok    $name"
  else
    failed=1
    printf 'FAIL  %s\n%s\n\n' "$name" "$output"
  fi
}

requirements() {
  # Addresses of an index would tie everyone to it; hashes are asked for when installing.
  if grep -n '://' requirements*.in requirements*.txt; then
    echo "Write no addresses into the requirements."
    return 1
  fi
  local file
  for file in requirements*.txt; do
    # Every line with a version goes on to its hashes.
    if grep -nE '^[A-Za-z0-9].*==' "$file" | grep -vE '\\$'; then
      echo "$file: these lines have no hash; make requirements writes them."
      return 1
    fi
  done
}

shell_scripts() {
  local file
  for file in scripts/*.sh .ci/run; do
    bash -n "$file" || return 1
    [ -x "$file" ] || { echo "$file is not executable."; return 1; }
  done
}

# A production-like environment that takes nothing from this machine's .env.
as_in_production() {
  env DEBUG=off SECRET_KEY="$("$bin" -c 'import secrets; print(secrets.token_hex(32))')" \
    SITE_URL=https://rinnalla.example.org EXTRA_HOSTS= BEHIND_PROXY=on HSTS_SUBDOMAINS=on \
    DATABASE_URL=sqlite://:memory: LOG_LEVEL=INFO SECOND_FACTOR_REQUIRED=on \
    EMAIL_URL=smtp+tls://user:word@mail.rinnalla.example:587 MAIL_FROM=rinnalla@rinnalla.example \
    CONTROLLER_NAME="Esimerkkiyhdistys ry" CONTROLLER_ADDRESS="Esimerkkikatu 1" CONTROLLER_EMAIL=tietosuoja@rinnalla.example \
    "$bin" -W ignore manage.py "$@"
}

"$bin" scripts/messages.py compile
step "ruff check" "$bin" -m ruff check --output-format concise .
step "ruff format" "$bin" -m ruff format --check .
step "djlint" "$bin" -m djlint templates --lint --quiet
step "imports" "$bin" -c 'import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))'
step "deptry" "$bin" -m deptry --no-ansi .
step "requirements" requirements
step "scripts" shell_scripts
step "migrations" as_in_production makemigrations --check --dry-run
step "check --deploy" as_in_production check --deploy --fail-level WARNING
step "translations" "$bin" scripts/messages.py check
exit "$failed"
