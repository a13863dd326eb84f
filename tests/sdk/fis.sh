#!/usr/bin/env bash
# The AWS command line against ORRERY_ENDPOINT: experiments of AWS Fault Injection Service, which
# pause the replication of a global table. Needs ORRERY_SCRATCH, a folder of its own; started by
# packaging/with_daemon.sh.
set -euo pipefail

export AWS_ACCESS_KEY_ID=AKIAORRERYEXAMPLE AWS_SECRET_ACCESS_KEY=secret AWS_PAGER=
export AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true AWS_MAX_ATTEMPTS=1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_PROFILE AWS_SESSION_TOKEN

# Debian's, if it is installed; another one may come first in PATH.
aws=$(command -v /usr/bin/aws || command -v aws) || {
    echo "fis.sh: the AWS command line is not installed (Debian: awscli)" >&2
    exit 1
}
action=aws:dynamodb:global-table-pause-replication

fis() {
    "$aws" fis "$@" --endpoint-url "$ORRERY_ENDPOINT" --output text
}

db() {
    "$aws" dynamodb "$@" --endpoint-url "$ORRERY_ENDPOINT" --output text
}

die() {
    printf 'fis.sh: %s\n' "$*" >&2
    exit 1
}

# expect WANTED COMMAND…: the command's output must be WANTED.
expect() {
    local wanted=$1 got
    shift
    got=$("$@") || die "failed: $*"
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

put() {
    db put-item --region "$1" --table-name Seats --item "{\"pk\":{\"S\":\"$2\"}}"
}

# has REGION KEY: prints the key if the Region has the item.
has() {
    db get-item --region "$1" --table-name Seats --key "{\"pk\":{\"S\":\"$2\"}}" \
        --consistent-read --query Item.pk.S
}

advance() {
    curl -sSf -X POST "$ORRERY_ENDPOINT/_orrery/v1/clock/advance" -d "{\"by\":\"$1\"}" >/dev/null
}

status() {
    fis get-experiment --id "$1" --query experiment.state.status
}

# --- a global table

db create-table --table-name Seats --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=pk,AttributeType=S \
    --key-schema AttributeName=pk,KeyType=HASH >/dev/null
db update-table --table-name Seats \
    --replica-updates '[{"Create":{"RegionName":"eu-west-1"}}]' >/dev/null
for _ in $(seq 50); do
    state=$(db describe-table --table-name Seats --query 'Table.Replicas[0].ReplicaStatus')
    if [ "$state" = ACTIVE ]; then break; fi
    sleep 0.1
done
[ "$state" = ACTIVE ] || die "the replica is $state"
arn=$(db describe-table --table-name Seats --query Table.TableArn)

# --- what the service offers

expect "$action" fis list-actions --query 'actions[].id'
expect True fis get-action --id "$action" --query action.parameters.duration.required
expect aws:dynamodb:global-table fis list-target-resource-types \
    --query 'targetResourceTypes[].resourceType'
expect aws:dynamodb:global-table fis get-target-resource-type \
    --resource-type aws:dynamodb:global-table --query targetResourceType.resourceType
refused ResourceNotFoundException fis get-action --id aws:ec2:stop-instances

# --- a template

cat >"$ORRERY_SCRATCH/template.json" <<EOF
{
  "description": "Pauses the replication of Seats",
  "stopConditions": [{"source": "none"}],
  "targets": {"Seats": {"resourceType": "aws:dynamodb:global-table",
                        "resourceArns": ["$arn"], "selectionMode": "ALL"}},
  "actions": {"Pause": {"actionId": "$action", "parameters": {"duration": "PT5M"},
                        "targets": {"Tables": "Seats"}}},
  "roleArn": "arn:aws:iam::000000000000:role/fis",
  "tags": {"who": "me"}
}
EOF
template=$(fis create-experiment-template --cli-input-json "file://$ORRERY_SCRATCH/template.json" \
    --query experimentTemplate.id)
case $template in EXT*) ;; *) die "the id of a template: $template" ;; esac
expect PT5M fis get-experiment-template --id "$template" \
    --query experimentTemplate.actions.Pause.parameters.duration
expect "$template" fis list-experiment-templates --query 'experimentTemplates[].id'
expect changed fis update-experiment-template --id "$template" --description changed \
    --query experimentTemplate.description
refused ValidationException fis update-experiment-template --id "$template" --actions \
    "{\"Pause\":{\"actionId\":\"$action\",\"parameters\":{\"duration\":\"PT1S\"}}}"

# --- tags

# Older versions of the command line do not show the ARN.
resource=arn:aws:fis:us-east-1:$(cut -d: -f5 <<<"$arn"):experiment-template/$template
fis tag-resource --resource-arn "$resource" --tags 'where=here,who=you' >/dev/null
expect "here	you" fis list-tags-for-resource --resource-arn "$resource" \
    --query '[tags.where,tags.who]'
fis untag-resource --resource-arn "$resource" --tag-keys who >/dev/null
expect "here	None" fis list-tags-for-resource --resource-arn "$resource" \
    --query '[tags.where,tags.who]'

# --- an experiment that is stopped

experiment=$(fis start-experiment --experiment-template-id "$template" --query experiment.id)
case $experiment in EXP*) ;; *) die "the id of an experiment: $experiment" ;; esac
expect running status "$experiment"
expect "$experiment" fis list-experiments --query 'experiments[].id'
put us-east-1 first
expect first has us-east-1 first
expect None has eu-west-1 first
expect stopping fis stop-experiment --id "$experiment" --query experiment.state.status
expect stopped status "$experiment"
for _ in $(seq 50); do
    if [ "$(has eu-west-1 first)" = first ]; then break; fi
    sleep 0.1
done
expect first has eu-west-1 first
refused ValidationException fis stop-experiment --id "$experiment"

# --- an experiment that ends

experiment=$(fis start-experiment --experiment-template-id "$template" --query experiment.id)
put us-east-1 second
expect None has eu-west-1 second
advance 5m
expect completed status "$experiment"
for _ in $(seq 50); do
    if [ "$(has eu-west-1 second)" = second ]; then break; fi
    sleep 0.1
done
expect second has eu-west-1 second

fis delete-experiment-template --id "$template" >/dev/null
refused ResourceNotFoundException fis get-experiment-template --id "$template"
refused ResourceNotFoundException fis start-experiment --experiment-template-id "$template"
echo "the AWS command line is content with experiments"
