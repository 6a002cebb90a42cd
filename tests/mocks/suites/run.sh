#!/bin/sh
# Installs the public suites once for each package-lock.json, then runs ours against them. ctest calls it:
#   tests/mocks/suites/run.sh build/suites_tests
set -eu
here=$(cd "$(dirname "$0")" && pwd)

if ! command -v npm >/dev/null 2>&1; then
  echo >&2 "tests/mocks/suites needs npm: make deps"
  exit 1
fi
cd "$here"
# npm leaves no trace of which lock file it installed, so a copy stands beside the packages.
if ! cmp -s package-lock.json node_modules/.installed-lock.json; then
  npm ci --no-fund --no-audit
  cp package-lock.json node_modules/.installed-lock.json
fi
cd - >/dev/null
exec "$@"
