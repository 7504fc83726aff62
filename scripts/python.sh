#!/usr/bin/env bash
# Prints the path of the first Python that the project can use, or says in one line what is missing.
set -euo pipefail

without_venv=
for name in python3.13 python3.12 python3.11 python3; do
  # A name may be a version manager's stub that only complains, so each is tried.
  path=$(command -v "$name") || continue
  "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
  if "$path" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$path"
    exit 0
  fi
  without_venv=${without_venv:-$name}
done

if [ -n "$without_venv" ]; then
  echo "$without_venv cannot make virtual environments here: install its venv module (Debian: apt-get install python3-venv)." >&2
else
  echo "Python 3.11 or newer is needed and was not found: install it (Debian: apt-get install python3 python3-venv)." >&2
fi
exit 1
