#!/usr/bin/env bash
# usage: packaging/smoke.sh ORRERYD
#
# The shortest proof that a daemon works, with curl alone: it starts, makes a table, takes an item,
# gives it back from the leader, answers an unknown operation with an error, and stops on SIGTERM.
set -euo pipefail

if [ "${1:-}" != --requests ]; then
    exec "$(dirname "$0")/with_daemon.sh" "$1" "$0" --requests
fi

# call OPERATION JSON: prints the body, then the status on a line of its own.
call() {
    curl -sS --max-time 20 -w '\n%{http_code}\n' "$ORRERY_ENDPOINT/" \
        -H 'Content-Type: application/x-amz-json-1.0' \
        -H "X-Amz-Target: DynamoDB_20120810.$1" \
        --aws-sigv4 aws:amz:us-east-1:dynamodb --user AKIAORRERYEXAMPLE:secret \
        -d "$2"
}

# expect WHAT PATTERN ANSWER: the answer must match the pattern (of `case`).
expect() {
    # shellcheck disable=SC2254
    case $3 in
    $2) ;;
    *)
        printf 'smoke.sh: %s: expected %s, got: %s\n' "$1" "$2" "$3" >&2
        exit 1
        ;;
    esac
}

expect CreateTable '*"TableName":"smoke"*200' "$(call CreateTable '{"TableName":"smoke",
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
    "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
    "BillingMode":"PAY_PER_REQUEST"}')"
expect PutItem '{}*200' "$(call PutItem '{"TableName":"smoke",
    "Item":{"id":{"S":"saturn"},"moons":{"N":"146"}}}')"
expect GetItem '*"moons":{"N":"146"}*200' "$(call GetItem '{"TableName":"smoke",
    "Key":{"id":{"S":"saturn"}},"ConsistentRead":true}')"
expect 'a table that is not there' '*ResourceNotFoundException*400' \
    "$(call GetItem '{"TableName":"nowhere","Key":{"id":{"S":"saturn"}}}')"
expect 'an operation that is not there' '*UnknownOperationException*400' "$(call Orbit '{}')"
echo "smoke: table, put, get and errors are as they should be"
