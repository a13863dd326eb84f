#!/usr/bin/env python3
"""What a suite of tests waits for: the first answer of a new daemon, and a reset after each test.

usage: first_answer_and_reset.py ORRERYD [--starts N] [--resets N] [--tables N] [--items N]
                                         [--folder DIR]

Starts a daemon in memory, and one on an empty folder, and measures the time from exec to its first
answer (ListTables), 20 times each. Then, in one daemon, 100 tests each make three tables with ten
items each in a namespace of their own, and the reset of that namespace is measured. Prints median
and greatest.

Exits with 1 if a median is over its bar: 10 ms for the first answer in memory, 17 ms for the one on
an empty folder, 5 ms for a reset. Run it on a machine that does nothing else.
"""
import argparse
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from daemon import Client, Daemon, expect, failed  # noqa: E402

IN_MEMORY_MAX_MS = 10
EMPTY_FOLDER_MAX_MS = 17
RESET_MAX_MS = 5


def must(answer):
    status, body = answer
    if status != 200:
        raise RuntimeError(f"refused: {status} {body}")
    return body


def first_answer_ms(program, folder):
    daemon = Daemon(program, folder)
    must(Client(daemon.port).call("ListTables", {}))
    took = (time.perf_counter() - daemon.began) * 1000
    daemon.kill()
    return took


def reset_ms(port, number, options):
    client = Client(port, {"x-orrery-namespace": f"test-{number}"})
    for table in range(options.tables):
        name = f"Table{table}"
        must(client.call("CreateTable", {
            "TableName": name, "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}))
        for item in range(options.items):
            must(client.call("PutItem", {"TableName": name, "Item": {"pk": {"S": f"k{item}"}}}))
    began = time.perf_counter()
    must(client.control("POST", f"reset?namespace=test-{number}"))
    took = (time.perf_counter() - began) * 1000
    if must(client.call("ListTables", {}))["TableNames"]:
        raise RuntimeError("a table is still there")
    return took


def judge(what, times, bar):
    median = statistics.median(times)
    print(f"{what}: {median:.1f} ms (max {max(times):.1f} ms)", flush=True)
    expect(median <= bar, f"{what} within {bar} ms")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("orreryd")
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--resets", type=int, default=100)
    parser.add_argument("--tables", type=int, default=3)
    parser.add_argument("--items", type=int, default=10)
    parser.add_argument("--folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="suite-", dir=options.folder) as made:
        made = pathlib.Path(made)
        judge("first answer in memory", [first_answer_ms(options.orreryd, None)
                                         for _ in range(options.starts)], IN_MEMORY_MAX_MS)
        judge("first answer on an empty folder",
              [first_answer_ms(options.orreryd, made / f"new-{number}")
               for number in range(options.starts)], EMPTY_FOLDER_MAX_MS)
        daemon = Daemon(options.orreryd, made / "resets")
        judge("reset", [reset_ms(daemon.port, number, options)
                        for number in range(options.resets)], RESET_MAX_MS)
        daemon.kill()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
