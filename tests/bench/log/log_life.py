#!/usr/bin/env python3
"""How the data folder grows while few items are written again and again, how long a start takes
after a kill, and what it costs that a zone comes back which was away for many writes.

usage: log_life.py ORRERYD [--overwrites N] [--distinct N] [--away N] [--folder DIR]

Writes 1,000 items of 1 KB in batches of 25 from eight clients. Prints the size of the folder after
N and after 2 N overwrites, the time from a start after SIGKILL to the first answer, and for a zone
that misses --away overwrites of 50,000 items (a million, or none with 0): the time until it holds
the same again, the memory of the process before, meanwhile and then, and the slowest of the
requests that went on. With --distinct, so many different items are written before the last starts;
3,000,000 make a folder of some 10 GB.

Exits with 1 if a bar does not hold: the folder grows by 16 MB or reaches 300 MB (without
--distinct); a start takes more than 50 ms to the first answer; the zone that was away does not come
back by a copy within 120 s; the memory while it is away or comes back is 32 MB more than under the
same load before; or a request takes more than 50 ms while it comes back. Run it on a machine that
does nothing else.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import sys
import tempfile
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from daemon import Client, Daemon, expect, failed  # noqa: E402

ITEMS = 1000
GROWTH_MAX_MB = 16
FOLDER_MAX_MB = 300
START_MAX_MS = 50
REQUEST_MAX_MS = 50
MEMORY_GROWTH_MAX_MB = 32
BACK_MAX_S = 120
CLIENTS = 8
# So many that their copy is seen by whoever asks now and then.
AWAY_ITEMS = 50_000
PAD = "x" * 950


class Watch:
    """Looks at a process every few milliseconds, until the end of its `with`."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.memory = daemon.rss_anon()
        self.saw_copy = False
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        client = Client(self.daemon.port)
        while not self.ended.wait(0.005):
            self.memory = max(self.memory, self.daemon.rss_anon())
            _, listed = client.control("GET", "jobs")
            self.saw_copy |= any(job["kind"] == "copy-replica" for job in listed["jobs"])

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def batch(first, number, items):
    puts = [{"PutRequest": {"Item": {"pk": {"S": f"k{(first + i) % items}"},
                                     "n": {"N": str(number)}, "pad": {"S": PAD}}}}
            for i in range(25)]
    return {"RequestItems": {"Log": puts}}


def overwrite(port, count, items=ITEMS, begin=0):
    """Writes `count` of `items` items from number `begin` on; returns the slowest request in ms."""
    slowest = [0.0] * CLIENTS

    def run(client_number):
        client = Client(port)
        for i in range(count // 25 // CLIENTS):
            first = begin + client_number * (min(count, items) // CLIENTS) + i * 25
            began = time.perf_counter()
            status, answer = client.call("BatchWriteItem", batch(first, i, items))
            slowest[client_number] = max(slowest[client_number], time.perf_counter() - began)
            if status != 200 or answer.get("UnprocessedItems"):
                raise RuntimeError(f"a batch was refused: {status} {answer}")

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(run, range(CLIENTS)))
    return max(slowest) * 1000


def megabytes(folder):
    """What its files take on the disk."""
    return sum(f.stat().st_blocks * 512 for f in pathlib.Path(folder).rglob("*")) / 2**20


def is_even(client):
    _, sums = client.control("GET", "checksums?table=Log&scan=true")
    text = json.dumps(sums)
    partitions = sums.get("partitions", sums) if isinstance(sums, dict) else sums
    for partition in partitions:
        zones = partition["zones"]
        if len({(z["applied"], z["checksum"], z.get("scanned")) for z in zones}) != 1:
            return False
    return bool(text)


def create_table(client):
    status, answer = client.call("CreateTable", {
        "TableName": "Log", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]})
    if status != 200:
        raise RuntimeError(f"no table: {answer}")


def grow(daemon, folder, overwrites):
    sizes = []
    for part in (1, 2):
        began = time.perf_counter()
        overwrite(daemon.port, overwrites)
        took = time.perf_counter() - began
        sizes.append(megabytes(folder))
        print(f"{part * overwrites} overwrites: {sizes[-1]:.0f} MB, "
              f"{overwrites / took:.0f} writes/s", flush=True)
    expect(sizes[1] - sizes[0] < GROWTH_MAX_MB, f"growth under {GROWTH_MAX_MB} MB")
    expect(sizes[1] < FOLDER_MAX_MB, f"folder under {FOLDER_MAX_MB} MB")


def restart(daemon, program, folder, write):
    """Three starts after a kill, each after `write(daemon, number)`; returns the last daemon."""
    for number in range(3):
        write(daemon, number)
        size = megabytes(folder)
        daemon.kill()
        began = time.perf_counter()
        daemon = Daemon(program, folder)
        status, _ = Client(daemon.port).call(
            "GetItem", {"TableName": "Log", "Key": {"pk": {"S": "k1"}}, "ConsistentRead": True})
        took = (time.perf_counter() - began) * 1000
        print(f"first answer after a kill, folder of {size:.0f} MB: {took:.0f} ms ({status})",
              flush=True)
        expect(status == 200 and took <= START_MAX_MS, f"a start within {START_MAX_MS} ms")
    return daemon


def expect_memory(memory, before, when):
    expect(memory <= before + MEMORY_GROWTH_MAX_MB,
           f"memory {when} at most {MEMORY_GROWTH_MAX_MB} MB above {before:.0f} MB")


def come_back(daemon, client, folder, away):
    with Watch(daemon) as load:
        usual = overwrite(daemon.port, 4 * AWAY_ITEMS, AWAY_ITEMS)
    before = load.memory
    _, fault = client.control("POST", "faults", {"kind": "zone-outage", "zone": "us-east-1c"})
    time.sleep(3)
    with Watch(daemon) as alone:
        overwrite(daemon.port, away, AWAY_ITEMS)
    print(f"zone away for {away} writes: folder {megabytes(folder):.0f} MB, "
          f"memory at most {alone.memory:.0f} MB, {before:.0f} MB before", flush=True)
    expect_memory(alone.memory, before, "while a zone is away")
    client.control("DELETE", f"faults/{fault['id']}")
    began = time.perf_counter()
    slowest = 0.0
    is_back = False
    with Watch(daemon) as back:
        while not is_back and time.perf_counter() - began < BACK_MAX_S:
            slowest = max(slowest, overwrite(daemon.port, 2_000, AWAY_ITEMS))
            is_back = is_even(client)
    print(f"back after {time.perf_counter() - began:.1f} s, memory at most {back.memory:.0f} MB, "
          f"slowest batch of 25 meanwhile {slowest:.0f} ms, {usual:.0f} ms with all zones",
          flush=True)
    expect(is_back, f"back within {BACK_MAX_S} s")
    expect(back.saw_copy, "the zone comes back by a copy")
    expect_memory(back.memory, before, "while a zone comes back")
    expect(slowest <= REQUEST_MAX_MS, f"requests within {REQUEST_MAX_MS} ms")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("orreryd")
    parser.add_argument("--overwrites", type=int, default=140_000)
    parser.add_argument("--distinct", type=int, default=0)
    parser.add_argument("--away", type=int, default=1_000_000)
    parser.add_argument("--folder")
    options = parser.parse_args()
    folder = options.folder or tempfile.mkdtemp(prefix="log-life-")

    daemon = Daemon(options.orreryd, folder)
    create_table(Client(daemon.port))
    grow(daemon, folder, options.overwrites)
    daemon = restart(daemon, options.orreryd, folder, lambda one, _: overwrite(one.port, 20_000))
    if options.distinct:
        distinct = options.distinct // 3
        daemon = restart(daemon, options.orreryd, folder,
                         lambda one, number: overwrite(one.port, distinct, options.distinct,
                                                       number * distinct))
    if options.away:
        come_back(daemon, Client(daemon.port), folder, options.away)
    time.sleep(8)
    print(f"at rest: {megabytes(folder):.0f} MB", flush=True)
    daemon.kill()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
