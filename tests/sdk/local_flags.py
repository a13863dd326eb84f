#!/usr/bin/python3
"""usage: tests/sdk/local_flags.py ORRERYD

Starts ORRERYD with the command line of DynamoDB Local, as compose files, test containers and
launchers write it, waits for the line for which they wait, and works with boto3 and the AWS CLI at
once: the line promises that the port answers.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request

import boto3
from botocore.config import Config

BANNER = "Initializing DynamoDB Local with the following configuration:"
KEYS = {"aws_access_key_id": "fakeMyKeyId", "aws_secret_access_key": "fakeSecretAccessKey"}

# Java's own arguments come first, as in the image's documentation. Port 0 is a free one.
COMMANDS = [
    "-jar DynamoDBLocal.jar -inMemory -sharedDb -port 0",
    "-Djava.library.path=./DynamoDBLocal_lib -Xmx512m -jar DynamoDBLocal.jar -sharedDb "
    "-dbPath {folder} -optimizeDbBeforeStartup -port 0",
    "-jar DynamoDBLocal.jar -inMemory -disableTelemetry -cors * -delayTransientStatuses -port 0",
]


def stop_late(process):
    """A daemon that hangs must not hang the test."""
    timer = threading.Timer(60, process.kill)
    timer.daemon = True
    timer.start()
    return timer


def read_banner(process):
    """The configuration that the daemon prints, as a dictionary."""
    first = process.stdout.readline().rstrip("\n")
    assert first == BANNER, f"expected the banner, got {first!r}"
    settings = {}
    for line in process.stdout:
        if line == "\n":
            break
        name, value = line.rstrip("\n").split(":\t")
        settings[name] = value
    return settings


def use(endpoint):
    client = boto3.client(
        "dynamodb", endpoint_url=endpoint, region_name="us-west-2",
        config=Config(retries={"max_attempts": 1}), **KEYS)
    client.create_table(
        TableName="Music", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "Artist", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Artist", "KeyType": "HASH"}])
    client.get_waiter("table_exists").wait(
        TableName="Music", WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    client.put_item(TableName="Music", Item={"Artist": {"S": "Nina Simone"}})
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "AWS_ACCESS_KEY_ID": KEYS["aws_access_key_id"], "AWS_PAGER": "",
        "AWS_SECRET_ACCESS_KEY": KEYS["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": "us-west-2", "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    scanned = subprocess.run(
        ["/usr/bin/aws", "dynamodb", "scan", "--endpoint-url", endpoint, "--table-name", "Music",
         "--output", "text", "--query", "Items[].Artist.S"],
        env=environment, check=True, capture_output=True, text=True)
    assert scanned.stdout == "Nina Simone\n", scanned.stdout
    with urllib.request.urlopen(endpoint + "/shell/") as page:
        assert page.status == 200


def run(daemon, command, folder):
    arguments = [word.replace("{folder}", folder) for word in command.split(" ")]
    process = subprocess.Popen(
        [daemon, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    timer = stop_late(process)
    try:
        settings = read_banner(process)
        assert settings["InMemory"] == str("-inMemory" in arguments).lower(), settings
        assert settings["SharedDb"] == str("-sharedDb" in arguments).lower(), settings
        use("http://127.0.0.1:" + settings["Port"])
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    finally:
        process.kill()
        process.wait()
        timer.cancel()


def main():
    for command in COMMANDS:
        print(command)
        with tempfile.TemporaryDirectory() as folder:
            run(sys.argv[1], command, folder)


main()
