// The AWS SDK for JavaScript against ORRERY_ENDPOINT: players and their scores. The assertions
// follow the API reference. Started by run_js.sh, which installs the SDK.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

// The SDK is installed in the build folder, not beside this file.
const require = createRequire(`${process.env.ORRERY_NODE_MODULES}/`);
const sdk = require("@aws-sdk/client-dynamodb");

const client = new sdk.DynamoDBClient({
  endpoint: process.env.ORRERY_ENDPOINT,
  region: "us-east-1",
  credentials: { accessKeyId: "AKIAORRERYEXAMPLE", secretAccessKey: "secret" },
  maxAttempts: 1,
});

const TableName = "Scores";

/** Sends an operation by its name. */
const call = (operation, input) => client.send(new sdk[`${operation}Command`](input));

/** The operation fails with that error; resolves to its message. */
async function refused(name, operation, input) {
  const error = await call(operation, input).then(
    () => assert.fail(`expected ${name}, but ${operation} succeeded`),
    (caught) => caught,
  );
  assert.equal(error.name, name, error.stack);
  assert.equal(error.$metadata.httpStatusCode, 400);
  return error.message;
}

const keyOf = (game, player) => ({ game: { S: game }, player: { S: player } });

async function createTable() {
  assert.deepEqual((await call("ListTables", {})).TableNames, []);
  const input = {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [
      { AttributeName: "game", KeyType: "HASH" },
      { AttributeName: "player", KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: "game", AttributeType: "S" },
      { AttributeName: "player", AttributeType: "S" },
      { AttributeName: "score", AttributeType: "N" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "Leaders",
        KeySchema: [
          { AttributeName: "game", KeyType: "HASH" },
          { AttributeName: "score", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["country"] },
      },
    ],
  };
  const created = (await call("CreateTable", input)).TableDescription;
  assert.ok(created.CreationDateTime instanceof Date);
  assert.ok(Math.abs(Date.now() - created.CreationDateTime) < 86_400_000);
  await sdk.waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
  await refused("ResourceInUseException", "CreateTable", input);
  assert.deepEqual((await call("ListTables", {})).TableNames, [TableName]);
}

async function putAndGet() {
  const Item = {
    ...keyOf("chess", "ada"),
    score: { N: "1815" },
    country: { S: "uk" },
    face: { B: new Uint8Array([0, 1, 255]) },
    titles: { SS: ["countess"] },
    games: { L: [{ M: { won: { BOOL: true }, moves: { N: "42" } } }, { NULL: true }] },
  };
  await call("PutItem", { TableName, Item });
  const Key = keyOf("chess", "ada");
  assert.deepEqual((await call("GetItem", { TableName, Key })).Item, Item);
  const strong = await call("GetItem", {
    TableName,
    Key,
    ConsistentRead: true,
    ReturnConsumedCapacity: "TOTAL",
  });
  assert.deepEqual(strong.Item, Item);
  assert.equal(strong.ConsumedCapacity.CapacityUnits, 1);
  const missing = await call("GetItem", { TableName, Key: keyOf("chess", "nobody") });
  assert.equal(missing.Item, undefined);
}

async function update() {
  const Key = keyOf("chess", "ada");
  const updated = await call("UpdateItem", {
    TableName,
    Key,
    UpdateExpression: "SET games = list_append(games, :g), score = score + :ten REMOVE titles",
    ConditionExpression: "size(games) = :two AND contains(titles, :t)",
    ExpressionAttributeValues: {
      ":g": { L: [{ S: "lost" }] },
      ":ten": { N: "10" },
      ":two": { N: "2" },
      ":t": { S: "countess" },
    },
    ReturnValues: "ALL_NEW",
  });
  assert.equal(updated.Attributes.score.N, "1825");
  assert.deepEqual(updated.Attributes.games.L[2], { S: "lost" });
  assert.equal(updated.Attributes.titles, undefined);
  const failing = {
    TableName,
    Key,
    UpdateExpression: "SET score = :zero",
    ConditionExpression: "score < :zero",
    ExpressionAttributeValues: { ":zero": { N: "0" } },
  };
  assert.equal(
    await refused("ConditionalCheckFailedException", "UpdateItem", failing),
    "The conditional request failed",
  );
  const after = await call("GetItem", { TableName, Key, ConsistentRead: true });
  assert.deepEqual(after.Item, updated.Attributes);
}

async function batches() {
  const puts = Array.from({ length: 25 }, (_, number) => ({
    PutRequest: {
      Item: {
        ...keyOf("go", `p${String(number).padStart(2, "0")}`),
        score: { N: String((number * 7) % 25) },
        country: { S: number % 2 ? "jp" : "kr" },
        secret: { S: "x".repeat(100) },
      },
    },
  }));
  const written = await call("BatchWriteItem", { RequestItems: { [TableName]: puts } });
  assert.deepEqual(written.UnprocessedItems, {});
  await refused("ValidationException", "BatchWriteItem", {
    RequestItems: { [TableName]: [...puts, { DeleteRequest: { Key: keyOf("go", "p99") } }] },
  });
  const read = await call("BatchGetItem", {
    RequestItems: {
      [TableName]: { Keys: ["p03", "p04", "nobody"].map((player) => keyOf("go", player)) },
    },
  });
  assert.deepEqual(read.Responses[TableName].map((item) => item.player.S).sort(), ["p03", "p04"]);
  assert.deepEqual(read.UnprocessedKeys, {});
}

/** All items of a paginator of the SDK, and the number of its pages. */
async function all(paginator) {
  const items = [];
  let pages = 0;
  for await (const page of paginator) {
    items.push(...page.Items);
    pages += 1;
  }
  return { items, pages };
}

async function queryAndScan() {
  const ofGo = {
    TableName,
    KeyConditionExpression: "game = :g",
    ExpressionAttributeValues: { ":g": { S: "go" } },
  };
  const players = await all(sdk.paginateQuery({ client, pageSize: 10 }, { ...ofGo }));
  assert.equal(players.items.length, 25);
  assert.equal(players.pages, 3);
  const names = players.items.map((item) => item.player.S);
  assert.deepEqual(names, [...names].sort());
  const best = await call("Query", {
    ...ofGo,
    IndexName: "Leaders",
    ScanIndexForward: false,
    Limit: 3,
  });
  assert.deepEqual(best.Items.map((item) => item.score.N), ["24", "23", "22"]);
  assert.deepEqual(Object.keys(best.Items[0]).sort(), ["country", "game", "player", "score"]);
  assert.deepEqual(Object.keys(best.LastEvaluatedKey).sort(), ["game", "player", "score"]);
  const korean = await call("Query", {
    ...ofGo,
    ConsistentRead: true,
    FilterExpression: "#c = :c AND score IN (:a, :b, :d)",
    ExpressionAttributeNames: { "#c": "country" },
    ExpressionAttributeValues: {
      ":g": { S: "go" },
      ":c": { S: "kr" },
      ":a": { N: "0" },
      ":b": { N: "14" },
      ":d": { N: "7" },
    },
  });
  assert.deepEqual(korean.Items.map((item) => item.player.S), ["p00", "p02"]);
  assert.deepEqual([korean.Count, korean.ScannedCount], [2, 25]);
  const scanned = await all(sdk.paginateScan({ client, pageSize: 4 }, { TableName }));
  assert.equal(scanned.items.length, 26);
  assert.equal(new Set(scanned.items.map((item) => item.game.S + item.player.S)).size, 26);
}

async function remove() {
  const Key = keyOf("chess", "ada");
  const deleted = await call("DeleteItem", { TableName, Key, ReturnValues: "ALL_OLD" });
  assert.equal(deleted.Attributes.country.S, "uk");
  assert.equal((await call("GetItem", { TableName, Key, ConsistentRead: true })).Item, undefined);
  await call("DeleteTable", { TableName });
  await sdk.waitUntilTableNotExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
  const message = await refused("ResourceNotFoundException", "DescribeTable", { TableName });
  assert.equal(message, "Requested resource not found: Table: Scores not found");
  assert.deepEqual((await call("ListTables", {})).TableNames, []);
}

for (const step of [createTable, putAndGet, update, batches, queryAndScan, remove]) await step();
console.log("the SDK for JavaScript is content");
