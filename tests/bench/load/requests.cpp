#include "tests/bench/load/requests.h"

#include <algorithm>
#include <cstdio>
#include <set>

namespace orrery::load {
namespace {

constexpr std::size_t kKeyBytes = 60;  // The size of an item without its filler, roughly.

/// The same numbers in each run: a splitmix64 generator.
class Numbers {
public:
    std::uint64_t below(std::uint64_t bound) {
        std::uint64_t z = (m_state += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return (z ^ (z >> 31)) % bound;
    }

private:
    std::uint64_t m_state = 7;
};

std::string http(const std::string& operation, const std::string& json,
                 const std::string& service = "DynamoDB") {
    return "POST / HTTP/1.1\r\nHost: localhost:8000\r\n"
           "Content-Type: application/x-amz-json-1.0\r\n"
           "X-Amz-Target: " +
           service + "_20120810." + operation +
           "\r\nX-Amz-Date: 20261121T000000Z\r\n"
           "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/us-east-1/dynamodb/"
           "aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="
           "5672964b4bf6a2da8c6fd5ea6cdda2ce3ad5ea6cdda2ce3a8c6fd5ea6cdda2ce\r\n"
           "Content-Length: " +
           std::to_string(json.size()) + "\r\n\r\n" + json;
}

std::string streamsHttp(const std::string& operation, const std::string& json) {
    return http(operation, json, "DynamoDBStreams");
}

}  // namespace

Requests::Requests(std::string table, Shape shape)
    : m_table(std::move(table)),
      m_shape(std::move(shape)),
      m_prefix(m_shape.keyPrefixBytes, 'k'),
      m_filler(m_shape.itemBytes > kKeyBytes ? m_shape.itemBytes - kKeyBytes : 1, 'x') {}

std::string Requests::partition(std::uint64_t item) const {
    char text[40];
    std::snprintf(text, sizeof text, "p-%07llu",
                  static_cast<unsigned long long>(item / kCollectionItems));
    return m_prefix + text;
}

std::string Requests::key(std::uint64_t item) const {
    return R"("pk":{"S":")" + partition(item) + R"("},"sk":{"N":")" +
           std::to_string(item % kCollectionItems) + "\"}";
}

std::string Requests::item(std::uint64_t item) const {
    return "{" + key(item) + R"(,"v":{"S":")" + m_filler + "\"}}";
}

std::string Requests::createTable() const {
    const std::string stream = m_shape.stream.empty()
                                   ? ""
                                   : R"(,"StreamSpecification":{"StreamEnabled":true,)"
                                     R"("StreamViewType":")" +
                                         m_shape.stream + "\"}";
    return http("CreateTable", R"({"TableName":")" + m_table +
                                   R"(","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[)"
                                   R"({"AttributeName":"pk","AttributeType":"S"},)"
                                   R"({"AttributeName":"sk","AttributeType":"N"}],"KeySchema":[)"
                                   R"({"AttributeName":"pk","KeyType":"HASH"},)"
                                   R"({"AttributeName":"sk","KeyType":"RANGE"}])" +
                                   stream + "}");
}

std::string Requests::addReplica(const std::string& region) const {
    return http("UpdateTable", R"({"TableName":")" + m_table +
                                   R"(","ReplicaUpdates":[{"Create":{"RegionName":")" + region +
                                   "\"}}]}");
}

std::string Requests::describeTable() const {
    return http("DescribeTable", R"({"TableName":")" + m_table + "\"}");
}

std::string Requests::describeStream(const std::string& arn) const {
    return streamsHttp("DescribeStream", R"({"StreamArn":")" + arn + "\"}");
}

std::string Requests::shardIterator(const std::string& arn, const std::string& shard) const {
    return streamsHttp("GetShardIterator", R"({"StreamArn":")" + arn + R"(","ShardId":")" + shard +
                                               R"(","ShardIteratorType":"TRIM_HORIZON"})");
}

std::string Requests::records(const std::string& iterator) const {
    return streamsHttp("GetRecords", R"({"ShardIterator":")" + iterator + R"(","Limit":)" +
                                         std::to_string(kRecords) + "}");
}

std::string Requests::batch(const std::vector<std::uint64_t>& items) const {
    std::string json = R"({"RequestItems":{")" + m_table + "\":[";
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) json += ',';
        json += R"({"PutRequest":{"Item":)" + item(items[i]) + "}}";
    }
    return http("BatchWriteItem", json + "]}}");
}

std::string Requests::batchGet(const std::vector<std::uint64_t>& items) const {
    std::string json;
    for (const std::uint64_t one : items)
        json += (json.empty() ? "{" : ",{") + key(one) + "}";
    return http("BatchGetItem",
                R"({"RequestItems":{")" + m_table + R"(":{"Keys":[)" + json + "]}}}");
}

std::string Requests::transactWrite(const std::vector<std::uint64_t>& items) const {
    std::string json;
    for (const std::uint64_t one : items)
        json += (json.empty() ? R"({"Put":{"TableName":")" : R"(,{"Put":{"TableName":")") +
                m_table + R"(","Item":)" + item(one) + "}}";
    return http("TransactWriteItems", R"({"TransactItems":[)" + json + "]}");
}

std::string Requests::transactGet(const std::vector<std::uint64_t>& items) const {
    std::string json;
    for (const std::uint64_t one : items)
        json += (json.empty() ? R"({"Get":{"TableName":")" : R"(,{"Get":{"TableName":")") +
                m_table + R"(","Key":{)" + key(one) + "}}}";
    return http("TransactGetItems", R"({"TransactItems":[)" + json + "]}");
}

std::vector<std::string> Requests::fill(std::uint64_t begin, std::uint64_t end) const {
    std::vector<std::string> requests;
    for (std::uint64_t at = begin; at < end;) {
        std::vector<std::uint64_t> items;
        for (; at < end && items.size() < kBatchItems; ++at)
            items.push_back(at);
        requests.push_back(batch(items));
    }
    return requests;
}

std::string Requests::one(Kind kind, std::uint64_t item) const {
    const std::string named = R"({"TableName":")" + m_table + "\",";
    const std::string keyed = named + "\"Key\":{" + key(item) + "}";
    switch (kind) {
        case Kind::Get:
            return http("GetItem", keyed + "}");
        case Kind::GetStrong:
            return http("GetItem", keyed + ",\"ConsistentRead\":true}");
        case Kind::Put:
            return http("PutItem", named + "\"Item\":" + this->item(item) + "}");
        case Kind::Update:
            return http("UpdateItem", keyed +
                                          R"(,"UpdateExpression":"SET seen = :n",)"
                                          R"("ExpressionAttributeValues":{":n":{"N":")" +
                                          std::to_string(item) + "\"}}}");
        case Kind::Delete:
            return http("DeleteItem", keyed + "}");
        case Kind::Query:
            return http("Query", named +
                                     R"("KeyConditionExpression":"pk = :p",)"
                                     R"("ExpressionAttributeValues":{":p":{"S":")" +
                                     partition(item) + "\"}}}");
        case Kind::Scan:
            return http("Scan", named + "\"Limit\":" + std::to_string(kScanItems) + "}");
        case Kind::Statement:
            return http("ExecuteStatement",
                        R"({"Statement":"SELECT * FROM \")" + m_table + R"(\" WHERE pk = ')" +
                            partition(item) +
                            "' AND sk = " + std::to_string(item % kCollectionItems) + "\"}");
        case Kind::BatchGet:
        case Kind::BatchWrite:
        case Kind::TransactWrite:
        case Kind::TransactGet:
            break;
    }
    return {};
}

std::vector<std::string> Requests::of(Kind kind, std::uint64_t items, std::size_t count) const {
    Numbers numbers;
    std::vector<std::string> requests;
    const auto several = [&](std::size_t many) {
        std::set<std::uint64_t> keys;
        while (keys.size() < std::min<std::uint64_t>(many, items))
            keys.insert(numbers.below(items));
        return std::vector<std::uint64_t>(keys.begin(), keys.end());
    };
    while (requests.size() < count) {
        if (kind == Kind::BatchGet) {
            requests.push_back(batchGet(several(kBatchItems)));
        } else if (kind == Kind::BatchWrite) {
            requests.push_back(batch(several(kBatchItems)));
        } else if (kind == Kind::TransactWrite) {
            requests.push_back(transactWrite(several(kTransactionItems)));
        } else if (kind == Kind::TransactGet) {
            requests.push_back(transactGet(several(kTransactionItems)));
        } else {
            const std::uint64_t chosen = numbers.below(items);
            requests.push_back(one(kind, chosen));
            if (kind == Kind::Delete) requests.push_back(one(Kind::Put, chosen));
        }
    }
    return requests;
}

}  // namespace orrery::load
