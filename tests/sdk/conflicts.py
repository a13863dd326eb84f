#!/usr/bin/python3
"""Two processes, each with a boto3 client, change the same four items of ORRERY_ENDPOINT.

Both move money by TransactWriteItems and count single writes by UpdateItem, until each of the two
errors of a conflict was seen: TransactionCanceledException with the reason TransactionConflict, and
TransactionConflictException. Each TransactGetItems meanwhile shows the whole sum. In the end every
write that succeeded is counted in its item, and none that was refused. Started by
packaging/with_daemon.sh.
"""

import multiprocessing
import os
import random
from collections import Counter

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

TABLE = "Accounts"
ACCOUNTS = ["a", "b", "c", "d"]
BALANCE = 1000
CLIENTS = 2
ROUNDS_MAX = 2000
CANCELED = "TransactionCanceledException: TransactionConflict"
CONFLICT = "TransactionConflictException"


def new_client():
    # One attempt, so that a call that was refused is not repeated.
    return boto3.client(
        "dynamodb",
        endpoint_url=os.environ["ORRERY_ENDPOINT"],
        region_name="us-east-1",
        aws_access_key_id="AKIAORRERYEXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )


def expect(got, wanted):
    assert got == wanted, f"expected {wanted!r}, got {got!r}"


def key_of(account):
    return {"account": {"S": account}}


def outcome_of(call, **arguments):
    """The answer of the call and "ok", or nothing and the name of the conflict that refused it."""
    try:
        return call(**arguments), "ok"
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == CONFLICT:
            return None, code
        expect(code, "TransactionCanceledException")
        reasons = [reason["Code"] for reason in error.response["CancellationReasons"]]
        expect(set(reasons) - {"None"}, {"TransactionConflict"})
        return None, CANCELED


def change(account, amount):
    """Adds the amount to an account, and one to the count of its writes."""
    return dict(
        TableName=TABLE,
        Key=key_of(account),
        UpdateExpression="SET balance = balance + :amount ADD writes :one",
        ExpressionAttributeValues={":amount": {"N": str(amount)}, ":one": {"N": "1"}},
    )


def read_all(client):
    """The items, or nothing if a transaction was under way on one of them."""
    gets = [{"Get": {"TableName": TABLE, "Key": key_of(account)}} for account in ACCOUNTS]
    answer, _ = outcome_of(client.transact_get_items, TransactItems=gets)
    return answer and [response["Item"] for response in answer["Responses"]]


def sum_of(items, attribute):
    return sum(int(item[attribute]["N"]) for item in items)


def run_client(number, seen, results):
    """Writes until all of `seen` is set; reports how many writes had which outcome."""
    chance = random.Random(number)
    client = new_client()
    transfers, marks = Counter(), Counter()
    for _ in range(ROUNDS_MAX):
        source = chance.choice(ACCOUNTS)
        transfer = [
            {"Update": change(account, 1 - (len(ACCOUNTS) if account == source else 0))}
            for account in ACCOUNTS
        ]
        _, outcome = outcome_of(client.transact_write_items, TransactItems=transfer)
        transfers[outcome] += 1
        met = {outcome}
        # Fewer of these meet a transaction.
        for account in ACCOUNTS:
            _, outcome = outcome_of(client.update_item, **change(account, 0))
            marks[outcome] += 1
            met.add(outcome)
        for name in met & seen.keys():
            seen[name].set()
        items = read_all(client)
        if items:
            expect(sum_of(items, "balance"), len(ACCOUNTS) * BALANCE)
        if all(event.is_set() for event in seen.values()):
            break
    results.put((transfers, marks))


def create_table(client):
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "account", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "account", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1})
    for account in ACCOUNTS:
        item = {**key_of(account), "balance": {"N": str(BALANCE)}, "writes": {"N": "0"}}
        client.put_item(TableName=TABLE, Item=item)


def main():
    client = new_client()
    create_table(client)
    context = multiprocessing.get_context("spawn")
    seen = {CANCELED: context.Event(), CONFLICT: context.Event()}
    results = context.Queue()
    clients = [
        context.Process(target=run_client, args=(number, seen, results))
        for number in range(CLIENTS)
    ]
    for process in clients:
        process.start()
    for process in clients:
        process.join()
        expect(process.exitcode, 0)
    transfers, marks = Counter(), Counter()
    for _ in clients:
        client_transfers, client_marks = results.get()
        transfers += client_transfers
        marks += client_marks
    print(f"transfers: {dict(transfers)}, single writes: {dict(marks)}")
    expect({name for name, event in seen.items() if not event.is_set()}, set())
    # A transaction whose clients have their answer no longer refuses a reader.
    items = read_all(client)
    expect(sum_of(items, "balance"), len(ACCOUNTS) * BALANCE)
    expect(sum_of(items, "writes"), len(ACCOUNTS) * transfers["ok"] + marks["ok"])


if __name__ == "__main__":
    main()
