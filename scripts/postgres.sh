#!/usr/bin/env bash
# A PostgreSQL of its own for the tests, thrown away afterwards.
#   eval "$(scripts/postgres.sh start)"            sets TEST_DATABASE_URL and POSTGRES_FOLDER
#   scripts/postgres.sh stop "$POSTGRES_FOLDER"    stops it and removes everything
# Stops with 3 when no server programs are on the machine.
set -euo pipefail

programs() {
  local folder newest=
  for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin; do
    [ -x "$folder/initdb" ] && newest=$(printf '%s\n%s\n' "$newest" "$folder" | sort -V | tail -1)
  done
  if [ -z "$newest" ] && command -v initdb >/dev/null; then
    newest=$(dirname "$(command -v initdb)")
  fi
  [ -n "$newest" ] || exit 3
  echo "$newest"
}

# The server refuses to run as root.
if [ "$(id -u)" = 0 ]; then
  owner=$(id -un postgres 2>/dev/null || echo nobody)
  as_owner() { (cd / && runuser -u "$owner" -- "$@"); }
else
  owner=$(id -un)
  as_owner() { "$@"; }
fi

start() {
  local bin folder password port
  bin=$(programs) || exit 3
  folder=$(mktemp -d "${TMPDIR:-/tmp}/rinnalla-postgres.XXXXXX")
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "$password" >"$folder/password"
  [ "$(id -u)" != 0 ] || chown -R "$owner" "$folder"
  as_owner "$bin/initdb" --pgdata "$folder/data" --username rinnalla --pwfile "$folder/password" \
    --auth scram-sha-256 --encoding UTF8 --no-locale --no-sync >"$folder/log" 2>&1 || fail "$folder"
  # Between choosing a free port and taking it somebody else may take it: a few tries.
  for _ in 1 2 3; do
    port=$((20000 + RANDOM % 20000))
    # Nothing here needs to survive a power cut.
    if as_owner "$bin/pg_ctl" --pgdata "$folder/data" --log "$folder/server.log" --wait --silent start -o \
      "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off" \
      >>"$folder/log" 2>&1 </dev/null; then
      echo "TEST_DATABASE_URL=postgres://rinnalla:$password@127.0.0.1:$port/postgres"
      echo "POSTGRES_FOLDER=$folder"
      return
    fi
  done
  fail "$folder"
}

fail() {
  echo "PostgreSQL did not start:" >&2
  cat "$1/log" "$1/server.log" >&2 2>/dev/null || true
  rm -rf "$1"
  exit 1
}

stop() {
  local bin
  bin=$(programs)
  as_owner "$bin/pg_ctl" --pgdata "$1/data" --mode immediate --silent stop >/dev/null 2>&1 || true
  rm -rf "$1"
}

case "${1:-}" in
  start) start ;;
  stop) stop "${2:?the folder that start printed}" ;;
  *) echo "usage: scripts/postgres.sh start | stop FOLDER" >&2; exit 2 ;;
esac
