#!/bin/sh
# Installs what the build needs and the machine lacks. Says what it does; does nothing when all is there.
set -eu

packages="clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev lld ccache cmake ninja-build pkg-config git
libcpp-httplib-dev nlohmann-json3-dev libsqlite3-dev libgtest-dev libboost1.81-dev libfmt-dev libcli11-dev
libyaml-cpp-dev libvalijson-dev libsimdjson-dev libmimalloc-dev libssl-dev zlib1g-dev sqlite3
librapidcheck-dev libre2-dev"

# The tests of processes: scripts with curl; aws-lambda-ric, which npm compiles for the Node that is there.
packages="$packages curl make g++ python3 autoconf automake libtool"

# The tests with real SDKs run on Node; any that is there will do.
command -v node >/dev/null 2>&1 || packages="$packages nodejs libnode-dev"
command -v npm >/dev/null 2>&1 || packages="$packages npm"

if ! command -v dpkg-query >/dev/null 2>&1; then
  cat >&2 <<TEXT
This is not Debian. relayrig runs on Linux; install these yourself and build with the compiler of your choice
(CXX of Clang 19 or GCC 14; cmake -B build -G Ninja -DCMAKE_CXX_COMPILER=...).
  Homebrew: llvm@19 lld ccache cmake ninja pkg-config cpp-httplib nlohmann-json sqlite googletest boost fmt cli11 yaml-cpp valijson re2 simdjson mimalloc openssl@3 zlib node
  vcpkg:    cpp-httplib[openssl,zlib,brotli] nlohmann-json sqlite3 gtest boost-asio boost-beast boost-process fmt cli11 yaml-cpp valijson re2 simdjson mimalloc openssl zlib
TEXT
  exit 1
fi

missing=""
for package in $packages; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = "installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "make deps: installing$missing"
root=""
if [ "$(id -u)" != 0 ]; then root="sudo"; fi
$root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing >/dev/null
