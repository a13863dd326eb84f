#!/usr/bin/python3
"""boto3 against ORRERY_ENDPOINT: an experiment that pauses the replication of a global table.

Errors have their classes, times are times, and pages follow one another. Started by
packaging/with_daemon.sh.
"""

import datetime
import os

import boto3
from botocore.config import Config

ACTION = "aws:dynamodb:global-table-pause-replication"
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/Seats"

fis = boto3.client(
    "fis",
    endpoint_url=os.environ["ORRERY_ENDPOINT"],
    region_name="us-east-1",
    aws_access_key_id="AKIAORRERYEXAMPLE",
    aws_secret_access_key="secret",
    config=Config(retries={"max_attempts": 1}),
)


def expect(got, wanted):
    assert got == wanted, f"expected {wanted!r}, got {got!r}"


def refused(error, call, **arguments):
    """The call fails with that class of error; returns its message."""
    try:
        answer = call(**arguments)
    except error as raised:
        return raised.response["Error"]["Message"]
    raise AssertionError(f"expected {error}, but it succeeded: {answer!r}")


def create(token, **changes):
    arguments = {
        "clientToken": token,
        "description": "pause",
        "stopConditions": [{"source": "none"}],
        "targets": {
            "Seats": {
                "resourceType": "aws:dynamodb:global-table",
                "resourceArns": [ARN],
                "selectionMode": "ALL",
            }
        },
        "actions": {
            "Pause": {
                "actionId": ACTION,
                "parameters": {"duration": "PT5M"},
                "targets": {"Tables": "Seats"},
            }
        },
        "roleArn": "arn:aws:iam::000000000000:role/fis",
    }
    return fis.create_experiment_template(**{**arguments, **changes})["experimentTemplate"]


templates = [create(f"token {number}") for number in range(3)]
for template in templates:
    assert isinstance(template["creationTime"], datetime.datetime)
expect(create("token 1")["id"], templates[1]["id"])
message = refused(fis.exceptions.ConflictException, create, token="token 1", description="other")
assert "token" in message, message
refused(fis.exceptions.ValidationException, create, token="a", actions={})
refused(fis.exceptions.ResourceNotFoundException, fis.get_experiment, id="EXPnone")

listed = []
token = {}
while True:
    page = fis.list_experiment_templates(maxResults=2, **token)
    listed += [one["id"] for one in page["experimentTemplates"]]
    if "nextToken" not in page:
        break
    token = {"nextToken": page["nextToken"]}
expect(sorted(listed), sorted(one["id"] for one in templates))

# There is no such table, so the experiment fails.
experiment = fis.start_experiment(
    clientToken="start", experimentTemplateId=templates[0]["id"], tags={"run": "1"}
)["experiment"]
expect(experiment["state"]["status"], "failed")
expect(experiment["state"]["reason"], "Target resolution returned empty set.")
expect(fis.get_experiment(id=experiment["id"])["experiment"]["tags"], {"run": "1"})
print("boto3 is content with experiments")
