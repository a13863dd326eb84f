#!/usr/bin/env python3
"""What a replica in another Region costs a writer, and whether replication keeps up.

usage: replication.py ORRERYD LOAD [--seconds N] [--rounds N] [--durability relaxed]

LOAD is the load generator of tests/bench/load. In the profile service-like, where replicas follow
by themselves, writes items of 1 KB at 2,000/s to a table with a stream and then to one that also
has a replica in eu-west-1, in turns, and prints the median latencies. Then writes 5,000/s to a
table with a replica and prints how many changes wait for the other Region each second, and how
long the last of them take.

Exits with 1 if the replica adds more than a tenth to the median latency; if more changes wait at
the end of the 5,000/s than in their middle, by a fifth and 500; or if any waits 5 s after the end.
Run it on a machine that does nothing else.
"""
import argparse
import re
import statistics
import subprocess
import sys
import pathlib
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from daemon import Client, Daemon, expect, failed  # noqa: E402

REPLICA = "eu-west-1"
WRITER_RATE = 2_000
WRITER_COST_MAX = 1.10
REPLICATED_RATE = 5_000
BACKLOG_GROWTH_MAX = 1.2
BACKLOG_SLACK = 500
DRAIN_MAX_S = 5


def load(options, daemon, rate, seconds, replicas):
    """A running load generator."""
    command = [options.load, "--port", str(daemon.port), "--only", "put", "--rate", str(rate),
               "--seconds", str(seconds), "--stream", "NEW_AND_OLD_IMAGES"]
    for region in replicas:
        command += ["--replica", region]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def figures(process):
    """The rate that was reached, and the median latency in ms."""
    out, _ = process.communicate()
    found = re.search(r"put +(\d+) /s +p50 +([\d.]+) ms.*", out)
    if process.returncode != 0 or not found or "errors" in found.group(0):
        raise RuntimeError(f"the load failed: {out}")
    return int(found.group(1)), float(found.group(2))


def start(options):
    folder = tempfile.TemporaryDirectory(prefix="orrery-bench-")
    return folder, Daemon(options.orreryd, folder.name, "--profile", "service-like",
                          "--durability", options.durability)


def writer_latency(options):
    medians = {(): [], (REPLICA,): []}
    for _ in range(options.rounds):
        for replicas, found in medians.items():
            folder, daemon = start(options)
            with folder:
                process = load(options, daemon, WRITER_RATE, options.seconds, replicas)
                found.append(figures(process)[1])
                daemon.kill()
    alone, replicated = (statistics.median(found) for found in medians.values())
    print(f"{WRITER_RATE} writes/s, median latency: {alone:.2f} ms alone, {replicated:.2f} ms with "
          f"a replica ({replicated / alone:.3f} times)", flush=True)
    expect(replicated <= alone * WRITER_COST_MAX, "a replica costs a writer at most a tenth")


def waiting(client):
    """The changes that wait for the replica, and how long the last batch took, in ms."""
    _, answer = client.control("GET", "replication")
    pairs = [pair for pair in answer["replication"] if pair["to"] == REPLICA]
    return (sum(pair["pending"] for pair in pairs),
            max((pair.get("latencyMs") or 0 for pair in pairs), default=0))


def backlog(options):
    folder, daemon = start(options)
    with folder:
        process = load(options, daemon, REPLICATED_RATE, options.seconds, (REPLICA,))
        client = Client(daemon.port)
        counts = []
        while process.poll() is None:
            time.sleep(1)
            count, latency = waiting(client)
            if count > 0:
                counts.append(count)
                print(f"  {count} changes wait, the last took {latency:.0f} ms", flush=True)
        rate, median = figures(process)
        third = len(counts) // 3
        middle, end = max(counts[third:2 * third]), max(counts[2 * third:])
        print(f"{rate} writes/s, median latency {median:.2f} ms: at most {middle} changes wait in "
              f"the middle, {end} at the end", flush=True)
        expect(rate >= REPLICATED_RATE * 0.99, f"{REPLICATED_RATE} writes/s")
        expect(end <= middle * BACKLOG_GROWTH_MAX + BACKLOG_SLACK, "a backlog that does not grow")
        began = time.perf_counter()
        while waiting(client)[0] > 0 and time.perf_counter() - began < DRAIN_MAX_S:
            time.sleep(0.05)
        took = time.perf_counter() - began
        print(f"nothing waits {took:.1f} s after the end", flush=True)
        expect(took < DRAIN_MAX_S, f"a backlog that is gone within {DRAIN_MAX_S} s")
        daemon.kill()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("orreryd")
    parser.add_argument("load")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--durability", default="durable", help="or relaxed, on a slow disk")
    options = parser.parse_args()
    writer_latency(options)
    backlog(options)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
