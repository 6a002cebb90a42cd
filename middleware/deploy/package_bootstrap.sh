#!/bin/sh
# Packs the function for AWS Lambda (runtime provided.al2023):
#   package_bootstrap.sh PROGRAM ZIP [MIDDLEWARE_YAML]
#
#   bootstrap          a script that starts bin/bootstrap with the libraries beside it
#   bin/bootstrap      the program
#   lib/               every shared library that it needs, the loader too: the program is of another glibc
#                      than the one in provided.al2023
#   middleware.yaml    what the function reads, if it is given
set -eu

program=$1
zip=$2
config=${3:-}

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir "$stage/bin" "$stage/lib"

cp "$program" "$stage/bin/bootstrap"
if command -v strip >/dev/null 2>&1; then strip "$stage/bin/bootstrap"; fi

missing=$(ldd "$program" | sed -n 's/^[[:space:]]*\([^ ]*\) => not found.*/\1/p')
if [ -n "$missing" ]; then
  echo >&2 "package_bootstrap.sh: $program needs libraries that are not here: $missing"
  exit 1
fi
ldd "$program" | sed -n -e 's/.* => \(\/[^ ]*\).*/\1/p' -e 's/^[[:space:]]*\(\/[^ ]*\).*/\1/p' | while read -r library; do
  cp -L "$library" "$stage/lib/"
done
loader=$(cd "$stage/lib" && ls ld-linux-*)

cat >"$stage/bootstrap" <<TEXT
#!/bin/sh
root=\${LAMBDA_TASK_ROOT:-\$(dirname "\$0")}
# Where the CAs lie differs from the system that the libraries are of.
if [ -z "\${SSL_CERT_FILE:-}" ]; then
  for file in /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/certs/ca-certificates.crt; do
    if [ -r "\$file" ]; then export SSL_CERT_FILE="\$file"; break; fi
  done
fi
exec "\$root/lib/$loader" --library-path "\$root/lib" "\$root/bin/bootstrap" "\$@"
TEXT
chmod 755 "$stage/bootstrap" "$stage/bin/bootstrap" "$stage/lib/$loader"

files="bootstrap bin lib"
if [ -n "$config" ]; then
  cp "$config" "$stage/middleware.yaml"
  files="$files middleware.yaml"
fi
case $zip in
  /*) ;;
  *) zip=$PWD/$zip ;;
esac
rm -f "$zip"
cd "$stage"
# shellcheck disable=SC2086 # a list of names
cmake -E tar cf "$zip" --format=zip $files
