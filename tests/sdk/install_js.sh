#!/usr/bin/env bash
# usage: tests/sdk/install_js.sh FOLDER
#
# Installs the AWS SDK for JavaScript into FOLDER, unless it is there. The versions are the newest
# that Debian 12's node can run. Concurrent runs wait for one another.
set -euo pipefail

packages=(@aws-sdk/client-dynamodb@3.940.0 @aws-sdk/client-dynamodb-streams@3.931.0)
folder=$1
mkdir -p "$folder"
exec 9>"$folder/install.lock"
flock 9
isThere=yes
for package in "${packages[@]}"; do
    grep -q "\"version\": \"${package##*@}\"" "$folder/node_modules/${package%@*}/package.json" \
        2>/dev/null || isThere=no
done
[ "$isThere" = no ] || exit 0
command -v npm >/dev/null || {
    echo "install_js.sh: npm is not installed" >&2
    exit 1
}
echo '{ "private": true }' >"$folder/package.json"
npm install --prefix "$folder" --no-package-lock --no-audit --no-fund --loglevel=error \
    "${packages[@]}" || {
    echo "install_js.sh: npm could not install ${packages[*]}" >&2
    exit 1
}
