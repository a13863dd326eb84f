#!/usr/bin/env bash
# usage: tests/sdk/run_js.sh FOLDER [SCRIPT]
#
# Runs SCRIPT, or walkthrough.mjs, with the AWS SDK for JavaScript, which it installs into FOLDER.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
"$here/install_js.sh" "$1"
export ORRERY_NODE_MODULES=$1
exec node "$here/${2:-walkthrough.mjs}"
