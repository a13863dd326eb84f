// The AWS SDK for JavaScript reads a stream from ORRERY_ENDPOINT as the Kinesis adapter and the
// pollers of Lambda do: it lists the shards page by page, reads a shard before its child, keeps a
// checkpoint for each, and goes on from there after a stop or when an iterator has expired. Hours
// pass between, so shards are closed and continued. Started by run_js.sh, which installs the SDK.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

// The SDK is installed in the build folder, not beside this file.
const require = createRequire(`${process.env.ORRERY_NODE_MODULES}/`);
const sdk = {
  ...require("@aws-sdk/client-dynamodb-streams"),
  ...require("@aws-sdk/client-dynamodb"),
};

const options = {
  endpoint: process.env.ORRERY_ENDPOINT,
  region: "us-east-1",
  credentials: { accessKeyId: "AKIAORRERYEXAMPLE", secretAccessKey: "secret" },
  maxAttempts: 1,
};
const tables = new sdk.DynamoDBClient(options);
const streams = new sdk.DynamoDBStreamsClient(options);

const TableName = "Feed";
const kKeys = 12;

/** Sends an operation on tables by its name. */
const call = (operation, input) => tables.send(new sdk[`${operation}Command`](input));
/** Sends an operation on streams by its name. */
const read = (operation, input) => streams.send(new sdk[`${operation}Command`](input));

/** Lets time pass in the daemon's world. */
async function pass(by) {
  const reply = await fetch(`${process.env.ORRERY_ENDPOINT}/_orrery/v1/clock/advance`, {
    method: "POST",
    body: JSON.stringify({ by }),
  });
  assert.equal(reply.status, 200);
}

/** The reading fails with that error. */
async function refused(name, reading) {
  const error = await reading.then(
    () => assert.fail(`expected ${name}`),
    (caught) => caught,
  );
  assert.equal(error.name, name, error.stack);
}

/** All shards, two a page. */
async function shardsOf(StreamArn, ShardFilter) {
  const shards = [];
  let ExclusiveStartShardId;
  do {
    const page = await read("DescribeStream", {
      StreamArn,
      ShardFilter,
      ExclusiveStartShardId,
      Limit: 2,
    });
    assert.ok(page.StreamDescription.Shards.length <= 2);
    shards.push(...page.StreamDescription.Shards);
    ExclusiveStartShardId = page.StreamDescription.LastEvaluatedShardId;
  } while (ExclusiveStartShardId !== undefined);
  return shards;
}

const isOpen = (shard) => shard.SequenceNumberRange.EndingSequenceNumber === undefined;

/** The shards once `condition` holds for them. */
async function shardsWhere(StreamArn, condition) {
  const end = Date.now() + 60_000;
  for (;;) {
    const shards = await shardsOf(StreamArn);
    if (condition(shards)) return shards;
    assert.ok(Date.now() < end, `the shards stay ${JSON.stringify(shards)}`);
  }
}

/** Reads a whole stream. A real consumer keeps `leases` in a table: they outlive a worker. */
class Worker {
  constructor(StreamArn, leases, take) {
    Object.assign(this, { StreamArn, leases, take, iterators: new Map() });
  }

  /** Learns of new shards. */
  async sync() {
    for (const shard of await shardsOf(this.StreamArn)) {
      if (this.leases.has(shard.ShardId)) continue;
      this.leases.set(shard.ShardId, { parent: shard.ParentShardId, done: false });
    }
  }

  mayRead(lease) {
    const parent = this.leases.get(lease.parent);
    return !lease.done && (parent === undefined || parent.done);
  }

  async iteratorOf(ShardId) {
    const { checkpoint } = this.leases.get(ShardId);
    const reply = await read("GetShardIterator", {
      StreamArn: this.StreamArn,
      ShardId,
      ShardIteratorType: checkpoint ? "AFTER_SEQUENCE_NUMBER" : "TRIM_HORIZON",
      SequenceNumber: checkpoint,
    });
    return reply.ShardIterator;
  }

  /** Reads at most `Limit` records of a shard. False if there were none. */
  async poll(ShardId, Limit) {
    const lease = this.leases.get(ShardId);
    const ShardIterator = this.iterators.get(ShardId) ?? (await this.iteratorOf(ShardId));
    let page;
    try {
      page = await read("GetRecords", { ShardIterator, Limit });
    } catch (error) {
      if (error.name !== "ExpiredIteratorException") throw error;
      this.iterators.delete(ShardId);
      return true;
    }
    assert.ok(page.Records.length <= Limit);
    for (const record of page.Records) {
      this.take(record, ShardId);
      lease.checkpoint = record.dynamodb.SequenceNumber;
    }
    this.iterators.set(ShardId, page.NextShardIterator);
    if (page.NextShardIterator === undefined) {
      lease.done = true;
      this.iterators.delete(ShardId);
      await this.startChildren(ShardId);
    }
    return page.Records.length > 0 || lease.done;
  }

  /** As version 2 of the adapter does: it asks for the children of a shard that it has finished. */
  async startChildren(ShardId) {
    const children = await shardsOf(this.StreamArn, { Type: "CHILD_SHARDS", ShardId });
    for (const child of children) {
      assert.equal(child.ParentShardId, ShardId);
      if (!this.leases.has(child.ShardId))
        this.leases.set(child.ShardId, { parent: ShardId, done: false });
    }
  }

  /** Reads until nothing is left, or `polls` times. */
  async run(Limit, polls = Infinity) {
    await this.sync();
    let moved = true;
    while (moved) {
      moved = false;
      for (const [ShardId, lease] of this.leases) {
        if (!this.mayRead(lease)) continue;
        if (polls-- <= 0) return;
        moved = (await this.poll(ShardId, Limit)) || moved;
      }
    }
  }
}

/** What a consumer was given: each change of a key must follow the one before it. */
class Seen {
  counts = new Map();

  take(record) {
    const key = record.dynamodb.Keys.pk.S;
    const before = this.counts.get(key) ?? 0;
    assert.equal(record.eventName, before === 0 ? "INSERT" : "MODIFY");
    assert.equal(Number(record.dynamodb.OldImage?.n.N ?? 0), before, `${key} skips a change`);
    assert.equal(Number(record.dynamodb.NewImage.n.N), before + 1, `${key} repeats a change`);
    this.counts.set(key, before + 1);
  }

  /** Every key has had this many changes. */
  expect(changes) {
    assert.equal(this.counts.size, kKeys);
    for (const [key, count] of this.counts) assert.equal(count, changes, key);
  }
}

/** Changes every key `times` times. */
async function write(times) {
  for (let i = 0; i < times; ++i) {
    for (let key = 0; key < kKeys; ++key) {
      await call("UpdateItem", {
        TableName,
        Key: { pk: { S: `k${key}` } },
        UpdateExpression: "ADD n :one",
        ExpressionAttributeValues: { ":one": { N: "1" } },
      });
    }
  }
}

async function createTable() {
  await call("CreateTable", {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
  });
  await sdk.waitUntilTableExists({ client: tables, maxWaitTime: 60 }, { TableName });
  const { Streams } = await read("ListStreams", { TableName });
  assert.equal(Streams.length, 1);
  return Streams[0].StreamArn;
}

/** A worker stops with records in hand; another one goes on where its checkpoints are. */
async function goesOnAfterAStop(StreamArn, leases, seen) {
  const take = (record) => seen.take(record);
  await write(5);
  await new Worker(StreamArn, leases, take).run(3, 6);
  const another = new Worker(StreamArn, leases, take);
  await another.run(4);
  seen.expect(5);
  return another;
}

/** An iterator from LATEST shows only what is written after it was made. */
async function latestShowsWhatComesNext(StreamArn, seen, worker) {
  const iterators = [];
  for (const { ShardId } of (await shardsOf(StreamArn)).filter(isOpen)) {
    const input = { StreamArn, ShardId, ShardIteratorType: "LATEST" };
    iterators.push((await read("GetShardIterator", input)).ShardIterator);
  }
  await write(1);
  let shown = 0;
  for (const ShardIterator of iterators)
    shown += (await read("GetRecords", { ShardIterator })).Records.length;
  assert.equal(shown, kKeys);
  await worker.run(100);
  seen.expect(6);
  return iterators;
}

/** After hours, iterators have expired and shards have children. */
async function childrenContinueTheirParents(StreamArn, seen, worker, iterators) {
  const before = await shardsOf(StreamArn);
  assert.equal(before.length, 4);
  assert.ok(before.every((shard) => isOpen(shard) && shard.ParentShardId === undefined));
  await write(2);
  await pass("5h");
  for (const ShardIterator of iterators)
    await refused("ExpiredIteratorException", read("GetRecords", { ShardIterator }));
  await write(1);
  const shards = await shardsWhere(
    StreamArn,
    (all) => all.length === 8 && all.filter(isOpen).length === 4,
  );
  await write(1);
  for (const parent of before) {
    const now = shards.find((shard) => shard.ShardId === parent.ShardId);
    const child = shards.find((shard) => shard.ParentShardId === parent.ShardId);
    assert.ok(!isOpen(now) && isOpen(child));
    assert.ok(
      child.SequenceNumberRange.StartingSequenceNumber >
        now.SequenceNumberRange.EndingSequenceNumber,
    );
  }
  await worker.run(5);
  seen.expect(10);
  for (const parent of before) assert.ok(worker.leases.get(parent.ShardId).done);
}

/** A new consumer gets everything from the horizon, over generations of shards. */
async function readsAllGenerations(StreamArn, seen, worker) {
  await pass("5h");
  await write(1);
  await shardsWhere(StreamArn, (all) => all.length === 12);
  await write(1);
  await worker.run(100);
  seen.expect(12);
  const fresh = new Seen();
  await new Worker(StreamArn, new Map(), (record) => fresh.take(record)).run(7);
  fresh.expect(12);
}

/** A day later, closed shards are gone with their records; what is open shows new ones. */
async function forgetsAfterADay(StreamArn, seen, worker) {
  const gone = (await shardsOf(StreamArn)).filter((shard) => !isOpen(shard));
  await pass("25h");
  const shards = await shardsWhere(StreamArn, (all) => all.length === 8);
  for (const { ShardId } of gone) {
    assert.ok(shards.every((shard) => shard.ShardId !== ShardId));
    const input = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" };
    await refused("ResourceNotFoundException", read("GetShardIterator", input));
  }
  await write(1);
  await worker.run(100);
  seen.expect(13);
  let late = 0;
  await new Worker(StreamArn, new Map(), () => ++late).run(100);
  assert.equal(late, kKeys);
}

const StreamArn = await createTable();
const seen = new Seen();
console.log("checkpoints");
const worker = await goesOnAfterAStop(StreamArn, new Map(), seen);
console.log("latest");
const iterators = await latestShowsWhatComesNext(StreamArn, seen, worker);
console.log("children");
await childrenContinueTheirParents(StreamArn, seen, worker, iterators);
await readsAllGenerations(StreamArn, seen, worker);
console.log("expiry");
await forgetsAfterADay(StreamArn, seen, worker);
await call("DeleteTable", { TableName });
console.log("the reader of streams is content");
