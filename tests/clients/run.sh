#!/bin/sh
# Installs the clients once for each package-lock.json, then runs the tests. ctest calls it with the program:
#   RELAYRIG_PROGRAM=build/relayrig tests/clients/run.sh [FILE...]
set -eu
cd "$(dirname "$0")"

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  echo >&2 "tests/clients needs node and npm: make deps"
  exit 1
fi
# Debian 12 has 18. The packages ask for 20; that they work on 18 as well is what these tests have shown.
if ! node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)'; then
  echo >&2 "tests/clients needs node 18 or later, and $(node --version) is here"
  exit 1
fi
# npm leaves no trace of which lock file it installed, so a copy stands beside the packages.
if ! cmp -s package-lock.json node_modules/.installed-lock.json; then
  # aws-lambda-ric is compiled, which takes minutes. Where Node's own headers are here, nobody need fetch them.
  prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  [ ! -f "$prefix/include/node/node.h" ] || export npm_config_nodedir="$prefix"
  npm ci --no-fund --no-audit
  cp package-lock.json node_modules/.installed-lock.json
fi

[ $# -gt 0 ] || set -- *.test.mjs
# The SDK says on every start that a later version will want a later node.
export NODE_OPTIONS="--no-warnings ${NODE_OPTIONS:-}"
exec node --test "$@"
