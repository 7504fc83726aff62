#!/usr/bin/env bash
# Tests on SQLite with the browser, then on PostgreSQL. What the machine lacks is left out and said in one line;
# under CI=true nothing may be left out. --slow adds the slow tests; other arguments go to pytest.
set -uo pipefail
cd "$(dirname "$0")/.."

marks="not slow"
if [ "${1:-}" = --slow ]; then
  marks=""
  export EVERY_WAY=yes # of tests/browser/ways.py
  shift
fi
scripts/setup.sh --dev || exit 1
.venv/bin/python scripts/messages.py compile || exit 1
folder=$(mktemp -d)
started=
given=${TEST_DATABASE_URL:-}
unset TEST_DATABASE_URL
finish() {
  [ -z "$started" ] || scripts/postgres.sh stop "$started"
  rm -rf "$folder"
}
trap finish EXIT

left_out=()
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
export CHROMIUM
with_browser=yes
if [ -z "$CHROMIUM" ]; then
  with_browser=
  left_out+=("Left out: browser tests, because there is no Chromium (Debian: apt-get install chromium).")
fi
with_java=yes
if ! command -v java >/dev/null; then
  with_java=
  left_out+=("Left out: the Nu HTML Checker, because there is no Java (Debian: apt-get install default-jre-headless).")
fi
if [ -z "$given" ]; then
  if settings=$(scripts/postgres.sh start); then
    eval "$settings"
    given=$TEST_DATABASE_URL
    unset TEST_DATABASE_URL
    started=$POSTGRES_FOLDER
  elif [ $? -ne 3 ]; then
    exit 1
  else
    left_out+=("Left out: tests on PostgreSQL, because there is none (Debian: apt-get install postgresql).")
  fi
fi
if [ "${CI:-}" = true ] && [ ${#left_out[@]} -gt 0 ]; then
  printf '%s\n' "${left_out[@]}" "Under CI=true nothing may be left out." >&2
  exit 1
fi

and() { # joins the marks that are not empty
  local joined= mark
  for mark in "$@"; do
    [ -z "$mark" ] || joined="${joined:+$joined and }$mark"
  done
  echo "$joined"
}

failed=0
summary=()
[ "${CI:-}" != true ] || set -- --tb=short "$@"
run() { # NAME MARKS [pytest's arguments]
  local name=$1 chosen=$2
  shift 2
  echo "— $name"
  .venv/bin/python -m pytest --numprocesses auto --dist worksteal -m "$chosen" --junitxml "$folder/$name.xml" --no-header "$@" 2>&1 \
    | tee "$folder/$name.log" || failed=1
  summary+=("$name:" "$(tail -n 1 "$folder/$name.log")")
}

run SQLite "$(and "$marks" "$([ -n "$with_browser" ] || echo 'not browser')" "$([ -n "$with_java" ] || echo 'not html')")" "$@"
if [ -n "$given" ]; then
  export TEST_DATABASE_URL=$given
  run PostgreSQL "$(and "$marks" "not browser" "not html")" "$@"
fi
echo
if [ "${CI:-}" = true ]; then
  .venv/bin/python scripts/left_out.py "$folder"/*.xml || failed=1
fi
[ ${#left_out[@]} -eq 0 ] || printf '%s\n' "${left_out[@]}"
printf '%s\n' "${summary[@]}"
exit "$failed"
