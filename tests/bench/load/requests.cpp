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

}  // namespace

Requests::Requests(std::string table, std::size_t itemBytes)
    : m_table(std::move(table)), m_filler(itemBytes > kKeyBytes ? itemBytes - kKeyBytes : 1, 'x') {}

std::string Requests::http(const std::string& operation, const std::string& json) const {
    return "POST / HTTP/1.1\r\nHost: localhost:8000\r\n"
           "Content-Type: application/x-amz-json-1.0\r\n"
           "X-Amz-Target: DynamoDB_20120810." +
           operation +
           "\r\nX-Amz-Date: 20261121T000000Z\r\n"
           "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/us-east-1/dynamodb/"
           "aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="
           "5672964b4bf6a2da8c6fd5ea6cdda2ce3ad5ea6cdda2ce3a8c6fd5ea6cdda2ce\r\n"
           "Content-Length: " +
           std::to_string(json.size()) + "\r\n\r\n" + json;
}

std::string Requests::key(std::uint64_t item) const {
    char text[80];
    std::snprintf(text, sizeof text, R"("pk":{"S":"p-%07llu"},"sk":{"N":"%llu"})",
                  static_cast<unsigned long long>(item / kCollectionItems),
                  static_cast<unsigned long long>(item % kCollectionItems));
    return text;
}

std::string Requests::item(std::uint64_t item) const {
    return "{" + key(item) + R"(,"v":{"S":")" + m_filler + "\"}}";
}

std::string Requests::createTable() const {
    return http("CreateTable", R"({"TableName":")" + m_table +
                                   R"(","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[)"
                                   R"({"AttributeName":"pk","AttributeType":"S"},)"
                                   R"({"AttributeName":"sk","AttributeType":"N"}],"KeySchema":[)"
                                   R"({"AttributeName":"pk","KeyType":"HASH"},)"
                                   R"({"AttributeName":"sk","KeyType":"RANGE"}]})");
}

std::string Requests::describeTable() const {
    return http("DescribeTable", R"({"TableName":")" + m_table + "\"}");
}

std::string Requests::batch(const std::vector<std::uint64_t>& items) const {
    std::string json = R"({"RequestItems":{")" + m_table + "\":[";
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) json += ',';
        json += R"({"PutRequest":{"Item":)" + item(items[i]) + "}}";
    }
    return http("BatchWriteItem", json + "]}}");
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

std::vector<std::string> Requests::of(Kind kind, std::uint64_t items, std::size_t count) const {
    Numbers numbers;
    const std::string named = R"({"TableName":")" + m_table + "\",";
    std::vector<std::string> requests;
    const auto several = [&](std::size_t many) {
        std::set<std::uint64_t> keys;
        while (keys.size() < std::min<std::uint64_t>(many, items))
            keys.insert(numbers.below(items));
        return std::vector<std::uint64_t>(keys.begin(), keys.end());
    };
    while (requests.size() < count) {
        const std::uint64_t chosen = numbers.below(items);
        switch (kind) {
            case Kind::Get:
                requests.push_back(http("GetItem", named + "\"Key\":{" + key(chosen) + "}}"));
                break;
            case Kind::GetStrong:
                requests.push_back(http(
                    "GetItem", named + "\"ConsistentRead\":true,\"Key\":{" + key(chosen) + "}}"));
                break;
            case Kind::Put:
                requests.push_back(http("PutItem", named + "\"Item\":" + item(chosen) + "}"));
                break;
            case Kind::Query: {
                const std::string pk = key(chosen).substr(5, 17);
                requests.push_back(http("Query", named +
                                                     R"("KeyConditionExpression":"pk = :p",)"
                                                     R"("ExpressionAttributeValues":{":p":)" +
                                                     pk + "}}"));
                break;
            }
            case Kind::BatchWrite:
                requests.push_back(batch(several(kBatchItems)));
                break;
            case Kind::TransactWrite:
                requests.push_back(transactWrite(several(kTransactionItems)));
                break;
            case Kind::TransactGet:
                requests.push_back(transactGet(several(kTransactionItems)));
                break;
        }
    }
    return requests;
}

}  // namespace orrery::load
