#!/usr/bin/python3
"""boto3 against ORRERY_ENDPOINT: a global table, by one client per Region at the same address.

The table gets a replica with its items and loses it again; what is written in either Region is
read in the other. Started by packaging/with_daemon.sh.
"""

import os
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

TABLE = "Seats"
HOME, AWAY = "us-east-1", "eu-west-1"
TIMEOUT = 60


def client_in(region):
    return boto3.client(
        "dynamodb",
        endpoint_url=os.environ["ORRERY_ENDPOINT"],
        region_name=region,
        aws_access_key_id="AKIAORRERYEXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"max_attempts": 1}),
    )


clients = {region: client_in(region) for region in (HOME, AWAY)}


def expect(got, wanted):
    assert got == wanted, f"expected {wanted!r}, got {got!r}"


def refused(code, call, **arguments):
    """The call fails with that error; returns its message."""
    try:
        answer = call(**arguments)
    except ClientError as error:
        expect(error.response["Error"]["Code"], code)
        return error.response["Error"]["Message"]
    raise AssertionError(f"expected {code}, but it succeeded: {answer!r}")


def until(holds):
    """Repeats `holds` until it returns something true, and returns that."""
    end = time.monotonic() + TIMEOUT
    while True:
        value = holds()
        if value:
            return value
        assert time.monotonic() < end, f"not within {TIMEOUT} s: {holds.__name__}"
        time.sleep(0.05)


def table_in(region):
    return clients[region].describe_table(TableName=TABLE)["Table"]


def change_replicas(region, *actions):
    return clients[region].update_table(TableName=TABLE, ReplicaUpdates=list(actions))


def put(region, seat, name):
    clients[region].put_item(TableName=TABLE, Item={"seat": {"S": seat}, "name": {"S": name}})


def item_is(region, seat, name):
    key = {"seat": {"S": seat}}
    item = clients[region].get_item(TableName=TABLE, Key=key, ConsistentRead=True).get("Item")
    return (item or {}).get("name") == ({"S": name} if name else None)


def create():
    clients[HOME].create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "seat", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "seat", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    clients[HOME].get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1})
    for row in range(30):
        put(HOME, f"{row}A", "nobody")
    expect("Replicas" in table_in(HOME), False)
    refused("ResourceNotFoundException", clients[HOME].describe_table_replica_auto_scaling,
            TableName=TABLE)


def add_replica():
    answer = change_replicas(HOME, {"Create": {"RegionName": AWAY}})["TableDescription"]
    expect(answer["GlobalTableVersion"], "2019.11.21")
    expect(answer["StreamSpecification"]["StreamViewType"], "NEW_AND_OLD_IMAGES")

    def both_are_active():
        replicas = table_in(HOME).get("Replicas", [])
        return [(one["RegionName"], one["ReplicaStatus"]) for one in replicas] == [(AWAY, "ACTIVE")]

    until(both_are_active)
    expect([one["RegionName"] for one in table_in(AWAY)["Replicas"]], [HOME])
    assert table_in(AWAY)["TableArn"].startswith(f"arn:aws:dynamodb:{AWAY}:")
    assert table_in(AWAY)["TableId"] != table_in(HOME)["TableId"]
    assert all(item_is(AWAY, f"{row}A", "nobody") for row in range(30))
    scaling = clients[AWAY].describe_table_replica_auto_scaling(TableName=TABLE)
    replicas = scaling["TableAutoScalingDescription"]["Replicas"]
    expect([one["RegionName"] for one in replicas], [AWAY, HOME])


def write_in_both():
    put(AWAY, "1A", "Ada")
    put(HOME, "2A", "Grace")
    clients[AWAY].delete_item(TableName=TABLE, Key={"seat": {"S": "3A"}})
    for region in clients:
        until(lambda: item_is(region, "1A", "Ada") and item_is(region, "2A", "Grace"))
        until(lambda: item_is(region, "3A", None))
    expect(clients[HOME].list_global_tables()["GlobalTables"], [])


def refuse():
    for region, action, text in (
        (HOME, {"Create": {"RegionName": HOME}}, "Cannot add or delete the local region"),
        (HOME, {"Create": {"RegionName": AWAY}}, "already existed as tables"),
        (AWAY, {"Delete": {"RegionName": "sa-east-1"}}, "[sa-east-1]"),
        (AWAY, {"Update": {"RegionName": HOME}}, "There are no actions"),
    ):
        message = refused("ValidationException", clients[region].update_table, TableName=TABLE,
                          ReplicaUpdates=[action])
        assert text in message, message
    message = refused(
        "ValidationException", clients[HOME].create_global_table, GlobalTableName=TABLE,
        ReplicationGroup=[{"RegionName": HOME}, {"RegionName": AWAY}])
    assert "2017.11.29 is not supported" in message, message


def remove_replica():
    change_replicas(HOME, {"Delete": {"RegionName": AWAY}})
    clients[AWAY].get_waiter("table_not_exists").wait(
        TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": TIMEOUT})
    until(lambda: "Replicas" not in table_in(HOME))
    assert item_is(HOME, "1A", "Ada")
    until(lambda: table_in(HOME)["TableStatus"] == "ACTIVE")
    clients[HOME].delete_table(TableName=TABLE)


create()
add_replica()
write_in_both()
refuse()
remove_replica()
print("boto3 is content with a global table")
