#!/usr/bin/env bash
# Sets up, migrates, fills an empty database with the demo and serves it on 127.0.0.1:PORT, with scheduler and worker.
set -euo pipefail
cd "$(dirname "$0")/.."

port=${1:-8000}
if ! [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || [ "$port" -gt 65535 ]; then
  echo "PORT must be a number from 1 to 65535, not “$port”." >&2
  exit 1
fi

scripts/setup.sh
python=.venv/bin/python
if ! "$python" -c "import socket; socket.create_server(('127.0.0.1', $port)).close()" 2>/dev/null; then
  echo "Port $port is taken: choose another with make run PORT=8001." >&2
  exit 1
fi

scripts/env.sh "$port"
# The address in .env may name another port, or the public address.
export SITE_URL=${SITE_URL:-http://127.0.0.1:$port}
"$python" scripts/messages.py compile
"$python" manage.py migrate --verbosity 0
"$python" manage.py createcachetable --verbosity 0
"$python" manage.py collectstatic --no-input --verbosity 0
"$python" manage.py demo --if-empty
echo "Rinnalla: $SITE_URL (stop with Ctrl-C)"
echo "Letters, sign-in codes among them, are files in var/letters unless EMAIL_URL is set."
# The scheduler and the worker beside the server: all three end together, also on Ctrl-C.
children=()
server=
finish() {
  trap - EXIT INT TERM
  kill "${children[@]}" 2>/dev/null || true
  [ -z "$server" ] || kill -INT "$server" 2>/dev/null || true # at once, not after the last open connection
  wait
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# Each in a group of its own: Ctrl-C reaches this script alone, which tells each of them once.
set -m
"$python" manage.py run_jobs --forever &
children+=($!)
"$python" manage.py db_worker --verbosity 0 &
children+=($!)
"$python" -m gunicorn --config deploy/gunicorn.conf.py --bind "127.0.0.1:$port" --log-level warning config.wsgi &
server=$!
set +m
wait "$server"
