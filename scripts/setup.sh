#!/usr/bin/env bash
# Installs requirements.txt into .venv; with --dev also what tests and checks need.
# A mark in .venv makes a repeated run instant; a changed requirements file is installed again.
set -euo pipefail
cd "$(dirname "$0")/.."

files=(requirements-pip.txt requirements.txt)
case "${1:-}" in
  "") ;;
  --dev) files+=(requirements-dev.txt) ;;
  *) echo "usage: scripts/setup.sh [--dev]" >&2; exit 2 ;;
esac

if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
  python=$(scripts/python.sh)
  rm -rf .venv
  "$python" -m venv .venv
fi

install() {
  if command -v uv >/dev/null && uv pip install --quiet --python .venv/bin/python --require-hashes -r "$1"; then
    return
  fi
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$1"
}

for file in "${files[@]}"; do
  mark=.venv/installed-$file
  if ! cmp -s "$file" "$mark"; then
    [ "$file" = requirements-pip.txt ] || echo "Installing $file (the first time takes about a minute) …"
    if ! install "$file"; then
      echo "Installing $file failed: the reason stands above. Is the package index reachable?" >&2
      exit 1
    fi
    cp "$file" "$mark"
  fi
done
