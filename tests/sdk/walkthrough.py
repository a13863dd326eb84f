#!/usr/bin/python3
"""boto3 against ORRERY_ENDPOINT: shops and their stock, in a table with both kinds of index.

What is asserted is what the API reference documents. Started by packaging/with_daemon.sh.
"""

import os
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.config import Config
from botocore.exceptions import ClientError

SETTINGS = dict(
    endpoint_url=os.environ["ORRERY_ENDPOINT"],
    region_name="us-east-1",
    aws_access_key_id="AKIAORRERYEXAMPLE",
    aws_secret_access_key="secret",
    config=Config(retries={"max_attempts": 1}),
)
client = boto3.client("dynamodb", **SETTINGS)
resource = boto3.resource("dynamodb", **SETTINGS)


def expect(got, wanted):
    assert got == wanted, f"expected {wanted!r}, got {got!r}"


def refused(code, call, **arguments):
    """The call fails with that error; returns its message."""
    try:
        answer = call(**arguments)
    except ClientError as error:
        expect(error.response["Error"]["Code"], code)
        expect(error.response["ResponseMetadata"]["HTTPStatusCode"], 400)
        return error.response["Error"]["Message"]
    raise AssertionError(f"expected {code}, but it succeeded: {answer!r}")


def create_table():
    expect(client.list_tables()["TableNames"], [])
    arguments = dict(
        TableName="Stock",
        KeySchema=[
            {"AttributeName": "shop", "KeyType": "HASH"},
            {"AttributeName": "article", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "shop", "AttributeType": "S"},
            {"AttributeName": "article", "AttributeType": "S"},
            {"AttributeName": "maker", "AttributeType": "S"},
            {"AttributeName": "price", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[{
            "IndexName": "ByMaker",
            "KeySchema": [
                {"AttributeName": "maker", "KeyType": "HASH"},
                {"AttributeName": "price", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
            "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        }],
        LocalSecondaryIndexes=[{
            "IndexName": "ByPrice",
            "KeySchema": [
                {"AttributeName": "shop", "KeyType": "HASH"},
                {"AttributeName": "price", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }],
        ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 10},
    )
    table = resource.create_table(**arguments)
    table.wait_until_exists()
    refused("ResourceInUseException", client.create_table, **arguments)
    description = client.describe_table(TableName="Stock")["Table"]
    expect(description["TableStatus"], "ACTIVE")
    expect(description["ItemCount"], 0)
    expect(description["ProvisionedThroughput"]["ReadCapacityUnits"], 10)
    assert description["TableArn"].startswith("arn:aws:dynamodb:us-east-1:")
    assert description["TableArn"].endswith(":table/Stock")
    expect([i["IndexName"] for i in description["GlobalSecondaryIndexes"]], ["ByMaker"])
    expect([i["IndexName"] for i in description["LocalSecondaryIndexes"]], ["ByPrice"])
    expect(client.list_tables()["TableNames"], ["Stock"])
    return table


def every_type(table):
    item = {
        "shop": "North",
        "article": "orrery",
        "maker": "Graham",
        "price": Decimal("1299.50"),
        "tiny": Decimal("1E-130"),
        "long": Decimal("12345678901234567890123456789012345678"),
        "bytes": Binary(b"\x00\x01\xff"),
        "handmade": True,
        "discount": None,
        "sizes": {Decimal(1), Decimal("2.5")},
        "colours": {"brass", "steel"},
        "seals": {Binary(b"a"), Binary(b"\x00")},
        "parts": ["sun", Decimal(8), ["arm", None], {}],
        "box": {"width": Decimal(40), "tags": {"fragile"}},
        "empty": "",
    }
    table.put_item(Item=item)
    key = {"shop": "North", "article": "orrery"}
    expect(table.get_item(Key=key)["Item"], item)
    strong = table.get_item(Key=key, ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
    expect(strong["Item"], item)
    expect(strong["ConsumedCapacity"], {"TableName": "Stock", "CapacityUnits": 1.0})
    eventual = table.get_item(Key=key, ReturnConsumedCapacity="TOTAL")
    expect(eventual["ConsumedCapacity"]["CapacityUnits"], 0.5)
    part = table.get_item(
        Key=key,
        ProjectionExpression="#b.width, parts[2][0], nothing",
        ExpressionAttributeNames={"#b": "box"},
    )
    expect(part["Item"], {"box": {"width": Decimal(40)}, "parts": [["arm"]]})
    assert "Item" not in table.get_item(Key={"shop": "North", "article": "nothing"})
    return key


def update(table, key):
    answer = table.update_item(
        Key=key,
        UpdateExpression="SET parts[0] = :s, box.deep = if_not_exists(box.deep, :d) "
        "REMOVE discount ADD price :more DELETE colours :gone",
        ConditionExpression=Attr("handmade").eq(True) & Attr("price").lt(2000),
        ExpressionAttributeValues={
            ":s": "Sol", ":d": 30, ":more": Decimal("0.5"), ":gone": {"steel"},
        },
        ReturnValues="ALL_NEW",
    )["Attributes"]
    expect(answer["price"], Decimal(1300))
    expect(answer["parts"][0], "Sol")
    expect(answer["box"]["deep"], Decimal(30))
    expect(answer["colours"], {"brass"})
    assert "discount" not in answer
    message = refused(
        "ConditionalCheckFailedException", table.update_item, Key=key,
        UpdateExpression="SET price = :p", ConditionExpression="price = :old",
        ExpressionAttributeValues={":p": 1, ":old": 1299},
    )
    expect(message, "The conditional request failed")
    refused("ConditionalCheckFailedException", table.put_item, Item=key,
            ConditionExpression=Attr("shop").not_exists())
    expect(table.get_item(Key=key, ConsistentRead=True)["Item"], answer)
    message = refused("ValidationException", table.get_item, Key={"shop": "North"})
    expect(message, "The provided key element does not match the schema")


def batches(table):
    with table.batch_writer() as batch:
        for number in range(60):
            batch.put_item(Item={
                "shop": "South", "article": f"a{number:03}", "price": 60 - number,
                "maker": "Tompion" if number % 10 == 0 else "Anybody",
            })
    keys = [{"shop": "South", "article": f"a{number:03}"} for number in range(0, 60, 3)]
    answer = resource.batch_get_item(RequestItems={
        "Stock": {"Keys": keys, "ProjectionExpression": "article", "ConsistentRead": True},
    })
    expect(answer["UnprocessedKeys"], {})
    expect(sorted(item["article"] for item in answer["Responses"]["Stock"]),
           [key["article"] for key in keys])
    message = refused("ValidationException", client.batch_get_item, RequestItems={
        "Stock": {"Keys": [{"shop": {"S": "a"}, "article": {"S": "b"}}] * 2},
    })
    expect(message, "Provided list of item keys contains duplicates")


def pages(call, **arguments):
    """All items of a paginated call, and the number of its pages."""
    items, count = [], 0
    while True:
        answer = call(**arguments)
        items += answer["Items"]
        count += 1
        if "LastEvaluatedKey" not in answer:
            return items, count
        arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def query_and_scan(table):
    south = Key("shop").eq("South")
    items, count = pages(table.query, KeyConditionExpression=south, Limit=25)
    expect([item["article"] for item in items], [f"a{number:03}" for number in range(60)])
    expect(count, 3)
    answer = table.query(KeyConditionExpression=south & Key("article").begins_with("a01"),
                         FilterExpression=Attr("price").gte(45), ScanIndexForward=False)
    expect([item["article"] for item in answer["Items"]],
           [f"a{number:03}" for number in range(15, 9, -1)])
    expect((answer["Count"], answer["ScannedCount"]), (6, 10))
    cheap = table.query(IndexName="ByPrice", ConsistentRead=True,
                        KeyConditionExpression=south & Key("price").between(1, 3))
    expect([item["article"] for item in cheap["Items"]], ["a059", "a058", "a057"])
    made = Key("maker").eq("Tompion")
    items, _ = pages(table.query, IndexName="ByMaker", KeyConditionExpression=made, Limit=4)
    expect([item["price"] for item in items], [10, 20, 30, 40, 50, 60])
    expect(set(items[0]), {"shop", "article", "maker", "price"})
    message = refused("ValidationException", table.query, IndexName="ByMaker",
                      KeyConditionExpression=made, ConsistentRead=True)
    expect(message, "Consistent reads are not supported on global secondary indexes")
    items, count = pages(table.scan, Limit=7)
    expect((len(items), count), (61, 9))
    expect(len({(item["shop"], item["article"]) for item in items}), 61)
    expect(table.scan(Select="COUNT")["Count"], 61)
    segments = [pages(table.scan, Segment=s, TotalSegments=3)[0] for s in range(3)]
    expect(sum(len(segment) for segment in segments), 61)


def remove(table, key):
    old = table.delete_item(Key=key, ReturnValues="ALL_OLD")["Attributes"]
    expect(old["maker"], "Graham")
    assert "Item" not in table.get_item(Key=key, ConsistentRead=True)
    expect(table.delete_item(Key=key).get("Attributes"), None)
    table.delete()
    table.wait_until_not_exists()
    message = refused("ResourceNotFoundException", client.describe_table, TableName="Stock")
    expect(message, "Requested resource not found: Table: Stock not found")
    expect(client.list_tables()["TableNames"], [])


def main():
    table = create_table()
    key = every_type(table)
    update(table, key)
    batches(table)
    query_and_scan(table)
    remove(table, key)
    print("boto3 is content")


main()
