#!/usr/bin/env bash
# usage: tests/sdk/install_js.sh FOLDER
#
# Installs the AWS SDK for JavaScript into FOLDER, unless it is there. The version is the newest
# that Debian 12's node can run. Concurrent runs wait for one another.
set -euo pipefail

version=3.940.0
folder=$1
package=$folder/node_modules/@aws-sdk/client-dynamodb/package.json
mkdir -p "$folder"
exec 9>"$folder/install.lock"
flock 9
if grep -q "\"version\": \"$version\"" "$package" 2>/dev/null; then exit 0; fi
command -v npm >/dev/null || {
    echo "install_js.sh: npm is not installed" >&2
    exit 1
}
echo '{ "private": true }' >"$folder/package.json"
npm install --prefix "$folder" --no-package-lock --no-audit --no-fund --loglevel=error \
    "@aws-sdk/client-dynamodb@$version" || {
    echo "install_js.sh: npm could not install @aws-sdk/client-dynamodb $version" >&2
    exit 1
}
