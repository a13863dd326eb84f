"""A daemon to measure, its clients, and the bars that a measurement has to hold."""
import atexit
import http.client
import json
import subprocess
import time

AUTHORIZATION = ("AWS4-HMAC-SHA256 Credential=local/20261121/us-east-1/dynamodb/aws4_request, "
                 "SignedHeaders=host;x-amz-date, Signature=0")


class Daemon:
    """A process of orreryd, in memory if `folder` is None; `began` is the time before its start."""

    def __init__(self, program, folder, *options):
        data = ["--memory"] if folder is None else ["--data", str(folder)]
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [program, "--port", "0", *data, *options], stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)
        line = ""
        while "listening on" not in line:
            line = self.process.stdout.readline()
        self.port = int(line.strip().rsplit(":", 1)[1])

    def kill(self):
        self.process.kill()
        self.process.wait()

    def rss_anon(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("RssAnon"):
                return int(line.split()[1]) / 1024
        return 0


class Client:
    """One connection; `headers` go with each call."""

    def __init__(self, port, headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = headers or {}

    def call(self, operation, body):
        self.connection.request(
            "POST", "/", json.dumps(body),
            {"Authorization": AUTHORIZATION, "X-Amz-Date": "20261121T000000Z",
             "X-Amz-Target": "DynamoDB_20120810." + operation,
             "Content-Type": "application/x-amz-json-1.0", **self.headers})
        reply = self.connection.getresponse()
        return reply.status, json.loads(reply.read())

    def control(self, method, path, body=None):
        self.connection.request(method, "/_orrery/v1/" + path, json.dumps(body) if body else None)
        reply = self.connection.getresponse()
        return reply.status, json.loads(reply.read() or "null")


failed = []


def expect(holds, bar):
    if not holds:
        failed.append(bar)
        print(f"NOT HELD: {bar}", flush=True)
