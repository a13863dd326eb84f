#!/usr/bin/env bash
# usage: packaging/with_daemon.sh ORRERYD COMMAND [ARGUMENT…]
#
# Starts ORRERYD on a free port with its data in memory, runs COMMAND with ORRERY_ENDPOINT and a
# temporary folder ORRERY_SCRATCH set, and stops the daemon with SIGTERM. Fails if the command
# does, if the daemon does not come up or go away in time, or if it does not exit with 0.
# ORRERYD_ARGUMENTS, split at spaces, go to the daemon.
set -euo pipefail

daemon=$1
shift
if [ ! -x "$daemon" ]; then
    echo "with_daemon.sh: $daemon is not built" >&2
    exit 1
fi

scratch=$(mktemp -d)
pid=
clean_up() {
    if [ -n "$pid" ]; then kill -KILL "$pid" 2>/dev/null || true; fi
    rm -rf "$scratch"
}
trap clean_up EXIT

# The daemon writes to a pipe, so that its line is read as soon as it comes.
mkfifo "$scratch/out"
# shellcheck disable=SC2086
"$daemon" --port 0 --memory ${ORRERYD_ARGUMENTS:-} >"$scratch/out" 2>"$scratch/err" &
pid=$!
exec 3<"$scratch/out"

endpoint=
while IFS= read -r -t 30 -u 3 line; do
    case $line in
    "listening on http://"*) endpoint=${line#listening on } ;;
    esac
    if [ -n "$endpoint" ]; then break; fi
done
if [ -z "$endpoint" ]; then
    echo "with_daemon.sh: $daemon did not say 'listening on http://…' within 30 s; it wrote:" >&2
    cat "$scratch/err" >&2
    exit 1
fi

# Whatever else it prints is read as well, so that a full pipe never stops it.
cat <&3 >/dev/null &
exec 3<&-

mkdir "$scratch/work"
status=0
ORRERY_ENDPOINT=$endpoint ORRERY_SCRATCH=$scratch/work "$@" || status=$?

# A daemon that ignores SIGTERM for 20 s is killed; its status is then 137.
kill -TERM "$pid" 2>/dev/null || true
for ((waited = 0; waited < 200; ++waited)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
done
kill -KILL "$pid" 2>/dev/null || true
stopped=0
wait "$pid" || stopped=$?
pid=

if [ "$stopped" -ne 0 ]; then
    echo "with_daemon.sh: after SIGTERM $daemon ended with status $stopped, not 0; it wrote:" >&2
    cat "$scratch/err" >&2
    exit 1
fi
exit "$status"
