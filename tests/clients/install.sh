#!/usr/bin/env bash
# install.sh FOLDER: puts sign.mjs and the libraries that package-lock.json names into FOLDER, where
# they stay until the lock changes. Nothing is written beside this file.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$1

fail() {
  printf 'the clients cannot be tested: %s\n' "$*" >&2
  exit 1
}

command -v node >/dev/null || fail 'node is missing; install it (./dev test does so on Debian 12)'
command -v npm >/dev/null || fail 'npm is missing; install it (./dev test does so on Debian 12)'
mkdir -p "$folder"
cp "$here/sign.mjs" "$here/package.json" "$folder/"
if cmp -s "$here/package-lock.json" "$folder/package-lock.json" && [[ -f $folder/installed ]]; then
  exit 0
fi
rm -f "$folder/installed"
cp "$here/package-lock.json" "$folder/"
# Their install scripts are of no use here, and would be run as whoever runs the tests.
(cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund </dev/null) ||
  fail 'npm ci did not install tests/clients/package-lock.json; its own words stand above. It needs a' \
    'package registry that this machine can reach'
touch "$folder/installed"
