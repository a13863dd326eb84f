#!/usr/bin/env bash
# usage: tests/sdk/readme.sh README LANGUAGE [FOLDER]
#
# Runs the commands that the README tells people to paste, unchanged: all its blocks that begin with
# ```LANGUAGE walkthrough (sh, python or js), in one go, with ORRERY_ENDPOINT's address in place of
# 127.0.0.1:8000. FOLDER is where the SDK for JavaScript is installed. Started by
# packaging/with_daemon.sh.
set -euo pipefail

readme=$1
language=$2
folder=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
script=$ORRERY_SCRATCH/readme.$language

awk -v opening="\`\`\`$language walkthrough" '
    $0 == opening { inside = 1; next }
    /^```/ { inside = 0 }
    inside { print }
' "$readme" | sed "s|127\.0\.0\.1:8000|${ORRERY_ENDPOINT#http://}|g" >"$script"
if [ ! -s "$script" ]; then
    echo "readme.sh: $readme has no block that opens with \`\`\`$language walkthrough" >&2
    exit 1
fi

# The user's own settings must not help.
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_PAGER=
export AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_REGION
unset AWS_DEFAULT_REGION AWS_ENDPOINT_URL

cd "$ORRERY_SCRATCH"
case $language in
sh) PATH=/usr/bin:$PATH bash -euo pipefail "$script" ;;
python) /usr/bin/python3 "$script" ;;
js)
    "$here/install_js.sh" "$folder"
    # Beside the SDK, under a unique name, since several may run at a time.
    module=$folder/readme-${ORRERY_ENDPOINT##*:}.mjs
    trap 'rm -f "$module"' EXIT
    cp "$script" "$module"
    node "$module"
    ;;
*)
    echo "readme.sh: no way to run $language" >&2
    exit 1
    ;;
esac
