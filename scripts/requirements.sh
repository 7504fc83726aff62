#!/usr/bin/env bash
# Resolves requirements.in and requirements-dev.in together and writes both .txt files with hashes.
# Versions stay as they are unless the .in files ask otherwise or --upgrade is given. Needs uv.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v uv >/dev/null || { echo "Resolving needs uv: python3 -m pip install uv." >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

options=(--quiet --universal --python-version 3.11 --no-annotate --no-header)
# One resolution first: resolving the files one after the other can downgrade a package silently.
if [ "${1:-}" != --upgrade ]; then
  sed -nE 's/^([A-Za-z0-9][^ \\]*==[^\\]*[^\\ ]) *\\?$/\1/p' requirements.txt requirements-dev.txt | sort -u >"$folder/all.txt"
fi
uv pip compile "${options[@]}" requirements.in requirements-dev.in --output-file "$folder/all.txt"
for name in requirements requirements-dev; do
  inputs=(requirements.in)
  [ "$name" = requirements ] || inputs+=(requirements-dev.in)
  rm -f "$folder/$name.txt"
  uv pip compile "${options[@]}" --generate-hashes --constraint "$folder/all.txt" "${inputs[@]}" --output-file "$folder/$name.txt"
done
for name in requirements requirements-dev; do
  cp "$folder/$name.txt" "$name.txt"
done
