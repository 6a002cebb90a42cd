#!/bin/sh
# Installs what the checks need once for each package-lock.json, then runs them. ctest calls it:
#   RELAYRIG_MIDDLEWARE=build/relayrig-middleware RELAYRIG_PROGRAM=build/relayrig tests/middleware/deploy/run.sh
set -eu
cd "$(dirname "$0")"

if ! command -v npm >/dev/null 2>&1; then
  echo >&2 "tests/middleware/deploy needs npm: make deps"
  exit 1
fi
# npm leaves no trace of which lock file it installed, so a copy stands beside the packages.
if ! cmp -s package-lock.json node_modules/.installed-lock.json; then
  npm ci --no-fund --no-audit
  cp package-lock.json node_modules/.installed-lock.json
fi
exec node --test
