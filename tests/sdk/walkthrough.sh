#!/usr/bin/env bash
# The AWS command line against ORRERY_ENDPOINT: sightings of planets, in a table with an index. The
# assertions follow the API reference. Needs ORRERY_SCRATCH, a folder of its own; started by
# packaging/with_daemon.sh.
set -euo pipefail

export AWS_ACCESS_KEY_ID=AKIAORRERYEXAMPLE AWS_SECRET_ACCESS_KEY=secret AWS_PAGER=
export AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true AWS_MAX_ATTEMPTS=1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_PROFILE AWS_SESSION_TOKEN

# Debian's, if it is installed; another one may come first in PATH.
aws=$(command -v /usr/bin/aws || command -v aws) || {
    echo "walkthrough.sh: the AWS command line is not installed (Debian: awscli)" >&2
    exit 1
}

db() {
    "$aws" dynamodb "$@" --endpoint-url "$ORRERY_ENDPOINT" --output json
}

die() {
    printf 'walkthrough.sh: %s\n' "$*" >&2
    exit 1
}

# expect WANTED COMMAND…: the command's output, without blanks, must be WANTED.
expect() {
    local wanted=$1 got
    shift
    got=$("$@") || die "failed: $*"
    got=$(tr -d ' \n' <<<"$got")
    [ "$got" = "$wanted" ] || die "$*: expected $wanted, got $got"
}

# refused ERROR COMMAND…: the command must fail with a message that contains ERROR.
refused() {
    local error=$1 got
    shift
    if got=$("$@" 2>&1); then die "$*: expected $error, but it succeeded: $got"; fi
    case $got in
    *"$error"*) ;;
    *) die "$*: expected $error, got $got" ;;
    esac
}

key() {
    printf '{"planet":{"S":"%s"},"night":{"N":"%s"}}' "$1" "$2"
}

create_table() {
    db create-table --table-name Sightings --billing-mode PAY_PER_REQUEST \
        --attribute-definitions AttributeName=planet,AttributeType=S \
        AttributeName=night,AttributeType=N AttributeName=observer,AttributeType=S \
        --key-schema AttributeName=planet,KeyType=HASH AttributeName=night,KeyType=RANGE \
        --global-secondary-indexes 'IndexName=ByObserver,
            KeySchema=[{AttributeName=observer,KeyType=HASH},{AttributeName=night,KeyType=RANGE}],
            Projection={ProjectionType=ALL}' "$@"
}

echo "tables"
expect '[]' db list-tables --query TableNames
expect '"Sightings"' create_table --query TableDescription.TableName
db wait table-exists --table-name Sightings
refused ResourceInUseException create_table
expect '["ACTIVE","PAY_PER_REQUEST",["HASH","RANGE"],["ByObserver"],["ACTIVE"]]' \
    db describe-table --table-name Sightings --query "Table.[TableStatus,
        BillingModeSummary.BillingMode, KeySchema[].KeyType, GlobalSecondaryIndexes[].IndexName,
        GlobalSecondaryIndexes[].IndexStatus]"
expect '["Sightings"]' db list-tables --query TableNames

echo "items"
db put-item --table-name Sightings --item '{"planet":{"S":"Saturn"},"night":{"N":"1"},
    "observer":{"S":"Maria"},"rings":{"BOOL":true},"moons":{"SS":["Titan","Rhea"]},
    "notes":{"L":[{"S":"clear"}]},"scope":{"M":{"inches":{"N":"8"}}}}'
expect '"Maria"' db get-item --table-name Sightings --key "$(key Saturn 1)" \
    --query Item.observer.S
expect '["8",true]' db get-item --table-name Sightings --key "$(key Saturn 1)" --consistent-read \
    --return-consumed-capacity TOTAL \
    --query '[Item.scope.M.inches.N, ConsumedCapacity.CapacityUnits == `1.0`]'
expect '{"Item":{"notes":{"L":[{"S":"clear"}]}}}' db get-item --table-name Sightings \
    --key "$(key Saturn 1)" --projection-expression 'notes[0]'
expect '' db get-item --table-name Sightings --key "$(key Saturn 99)"
refused 'The provided key element does not match the schema' \
    db get-item --table-name Sightings --key '{"planet":{"S":"Saturn"}}'
refused ResourceNotFoundException \
    db get-item --table-name Nowhere --key "$(key Saturn 1)"

echo "updates and conditions"
expect '{"magnitude":{"N":"0.7"},"seen":{"N":"1"}}' \
    db update-item --table-name Sightings --key "$(key Saturn 1)" \
    --update-expression 'SET magnitude = :m ADD seen :one' \
    --condition-expression 'observer = :who AND attribute_not_exists(magnitude)' \
    --expression-attribute-values '{":m":{"N":"0.7"},":one":{"N":"1"},":who":{"S":"Maria"}}' \
    --return-values UPDATED_NEW --query Attributes
refused 'ConditionalCheckFailedException' \
    db update-item --table-name Sightings --key "$(key Saturn 1)" \
    --update-expression 'SET magnitude = :m' --condition-expression 'magnitude > :m' \
    --expression-attribute-values '{":m":{"N":"3"}}'
refused 'The conditional request failed' \
    db put-item --table-name Sightings --item "$(key Saturn 1)" \
    --condition-expression 'attribute_not_exists(planet)'
expect '"0.7"' db get-item --table-name Sightings --key "$(key Saturn 1)" --consistent-read \
    --query Item.magnitude.N

echo "batches"
requests=$ORRERY_SCRATCH/batch.json
{
    printf '{"Sightings":['
    for night in $(seq 1 25); do
        [ "$night" -eq 1 ] || printf ','
        printf '{"PutRequest":{"Item":{"planet":{"S":"Jupiter"},"night":{"N":"%s"},' "$night"
        observer=Simon
        [ $((night % 5)) -ne 0 ] || observer=Galileo
        printf '"observer":{"S":"%s"}}}}' "$observer"
    done
    printf ']}'
} >"$requests"
expect '{"UnprocessedItems":{}}' db batch-write-item --request-items "file://$requests"
expect '[{},["1","2"]]' db batch-get-item \
    --request-items "{\"Sightings\":{\"Keys\":[$(key Jupiter 2),$(key Jupiter 1)]}}" \
    --query '[UnprocessedKeys, sort(Responses.Sightings[].night.N)]'

echo "queries"
jupiter=(--table-name Sightings --key-condition-expression 'planet = :p AND night BETWEEN :a AND :b'
    --expression-attribute-values '{":p":{"S":"Jupiter"},":a":{"N":"8"},":b":{"N":"12"}}')
expect '["8","9","10","11","12"]' db query "${jupiter[@]}" --query 'Items[].night.N'
expect '["12","11","10","9","8"]' db query "${jupiter[@]}" --no-scan-index-forward \
    --consistent-read --query 'Items[].night.N'
# One page, then the next from where it ended.
expect '[2,2,"9"]' db query "${jupiter[@]}" --limit 2 --no-paginate \
    --query '[Count, ScannedCount, LastEvaluatedKey.night.N]'
expect '["10","11"]' db query "${jupiter[@]}" --limit 2 --no-paginate \
    --exclusive-start-key "$(key Jupiter 9)" --query 'Items[].night.N'
expect '["5","10","15","20","25"]' db query --table-name Sightings --index-name ByObserver \
    --key-condition-expression 'observer = :o' --page-size 2 \
    --expression-attribute-values '{":o":{"S":"Galileo"}}' --query 'Items[].night.N'

echo "scans"
expect '[26,26]' db scan --table-name Sightings --query '[Count, ScannedCount]'
expect '26' db scan --table-name Sightings --page-size 4 --query 'length(Items)'
expect '[5,26]' db scan --table-name Sightings --filter-expression 'observer = :o' \
    --expression-attribute-values '{":o":{"S":"Galileo"}}' --consistent-read \
    --query '[Count, ScannedCount]'

echo "deletions"
expect '"Simon"' db delete-item --table-name Sightings --key "$(key Jupiter 1)" \
    --return-values ALL_OLD --query Attributes.observer.S
expect '' db get-item --table-name Sightings --key "$(key Jupiter 1)" --consistent-read
expect '"Sightings"' db delete-table --table-name Sightings --query TableDescription.TableName
db wait table-not-exists --table-name Sightings
refused ResourceNotFoundException db describe-table --table-name Sightings
expect '[]' db list-tables --query TableNames
echo "the command line is content"
