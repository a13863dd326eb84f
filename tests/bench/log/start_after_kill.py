#!/usr/bin/env python3
"""What a start costs after SIGKILL, depending on what was written before.

usage: start_after_kill.py ORRERYD [--items N…] [--keys N] [--item-bytes N] [--rounds N]
                           [--starts N] [--folder DIR]

For each number of items, writes so many items into a new folder, in batches of 25 from eight
clients, and kills the process as soon as the last one is acknowledged. The items are distinct
unless --keys says how many keys they share. Then starts copies of that folder. Prints, as median
and greatest over all starts: the wall time from exec to the first answer (a strong read of the last
item), the processor time of the process up to that answer, its anonymous memory then, and both one
second later. How much waits for the trees when the kill comes varies, so there are several rounds.

Exits with 1 if the median of the wall time is over 50 ms for any number of items. Run it on a
machine that does nothing else.
"""
import argparse
import concurrent.futures
import os
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

from log_life import CLIENTS, START_MAX_MS, Client, Daemon, expect, failed


def key(number, keys):
    return {"pk": {"S": f"k{number % keys}"}}


def fill(port, count, options):
    pad = {"S": "x" * max(options.item_bytes - 50, 0)}

    def run(client_number):
        client = Client(port)
        for first in range(client_number * 25, count, CLIENTS * 25):
            puts = [{"PutRequest": {"Item": {**key(first + i, options.keys or count), "pad": pad}}}
                    for i in range(min(25, count - first))]
            status, answer = client.call("BatchWriteItem", {"RequestItems": {"Log": puts}})
            if status != 200 or answer.get("UnprocessedItems"):
                raise RuntimeError(f"a batch was refused: {status} {answer}")

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(run, range(CLIENTS)))


def processor_ms(pid):
    """Of all threads; the kernel's figure in clock ticks is too coarse."""
    spent = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        spent += int((task / "schedstat").read_text().split()[0])
    return spent / 1e6


def make_folder(folder, count, options):
    daemon = Daemon(options.orreryd, folder)
    status, answer = Client(daemon.port).call("CreateTable", {
        "TableName": "Log", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]})
    if status != 200:
        raise RuntimeError(f"no table: {answer}")
    began = time.perf_counter()
    fill(daemon.port, count, options)
    took = time.perf_counter() - began
    daemon.kill()
    return count / took


def start(program, folder, last):
    daemon = Daemon(program, folder)
    status, answer = Client(daemon.port).call(
        "GetItem", {"TableName": "Log", "Key": last, "ConsistentRead": True})
    row = {"wall": (time.perf_counter() - daemon.began) * 1000,
           "processor": processor_ms(daemon.process.pid), "memory": daemon.rss_anon()}
    if status != 200 or "Item" not in answer:
        raise RuntimeError(f"an acknowledged item is gone: {status} {answer}")
    time.sleep(1)
    row["later"] = daemon.rss_anon()
    row["processor later"] = processor_ms(daemon.process.pid)
    daemon.kill()
    return row


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("orreryd")
    parser.add_argument("--items", type=int, nargs="+", default=[30_000, 60_000, 300_000])
    parser.add_argument("--keys", type=int)
    parser.add_argument("--item-bytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--folder")
    options = parser.parse_args()
    for count in options.items:
        rows, rates = [], []
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory(prefix="start-", dir=options.folder) as made:
                made = pathlib.Path(made)
                rates.append(make_folder(made / "killed", count, options))
                for _ in range(options.starts):
                    shutil.rmtree(made / "again", ignore_errors=True)
                    shutil.copytree(made / "killed", made / "again")
                    os.sync()  # What the daemon had on the disk must not be the copy's to write.
                    last = key(count - 1, options.keys or count)
                    rows.append(start(options.orreryd, made / "again", last))
        text = []
        for name, unit in (("wall", "ms"), ("processor", "ms"), ("memory", "MB"),
                           ("later", "MB"), ("processor later", "ms")):
            values = [row[name] for row in rows]
            text.append(f"{name} {statistics.median(values):.1f} (max {max(values):.1f}) {unit}")
        print(f"{count:7} items ({statistics.median(rates):.0f}/s): " + ", ".join(text), flush=True)
        wall = statistics.median(row["wall"] for row in rows)
        expect(wall <= START_MAX_MS, f"a start after {count} items within {START_MAX_MS} ms")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
