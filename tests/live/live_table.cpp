#include "tests/live/live_table.h"

#include <boost/json.hpp>
#include <chrono>
#include <thread>
#include <vector>

namespace orrery::live {
namespace {

using boost::json::value;

constexpr int kCheckers = 4;
constexpr std::chrono::seconds kPatience(15);

std::string keyName(std::size_t key) {
    return "key-" + std::to_string(key);
}

std::string ownerName(int client) {
    return "client-" + std::to_string(client);
}

void checkKey(HttpClient& client, Ledger& ledger, std::size_t key, Promise promise) {
    const auto answer = client.call("GetItem", getJson(key, true));
    const auto shown = shownNumber(answer);
    const std::uint64_t floor = ledger.floor(key);
    if (!shown) {
        ledger.complain(keyName(key) + " cannot be read: " + std::to_string(answer.status) + " " +
                        answer.body);
    } else if (*shown > ledger.lastSent(key)) {
        ledger.complain(keyName(key) + " holds " + std::to_string(*shown) + ", never written");
    } else if (promise == Promise::MayLose) {
        ledger.takeLoss(key, *shown);
    } else if (*shown < floor) {
        ledger.complain(keyName(key) + " holds " + std::to_string(*shown) + ", acknowledged was " +
                        std::to_string(floor));
    } else {
        // A write without an answer turned out to be done.
        ledger.raiseFloor(key, *shown);
    }
}

/// Nothing while a replica is away or behind; otherwise the error in the checksums, or an empty
/// text.
std::optional<std::string> judgeChecksums(const value& sums, bool scanned) {
    std::string wrong;
    for (const value& partition : sums.at("partitions").as_array()) {
        const auto& zones = partition.at("zones").as_array();
        const value& first = zones.at(0);
        for (const value& zone : zones) {
            if (!zone.at("up").as_bool() || zone.at("applied") != first.at("applied")) return {};
            if (!scanned) continue;
            const bool kept = zone.at("scanned") == zone.at("checksum") &&
                              zone.at("scannedCount") == zone.at("itemCount");
            const bool equal = zone.at("scanned") == first.at("scanned");
            if (kept && equal) continue;
            wrong += "A replica differs: " + boost::json::serialize(partition) + "\n";
        }
    }
    return wrong;
}

std::map<std::string, std::uint64_t> scanAll(HttpClient& client, const std::string& more) {
    std::map<std::string, std::uint64_t> numbers;
    std::string start;
    for (;;) {
        const value page =
            client.call("Scan", R"({"TableName":"Live")" + more + start + "}").json();
        if (!page.is_object() || !page.as_object().contains("Items")) return {};
        for (const value& item : page.at("Items").as_array())
            numbers[std::string(item.at("pk").at("S").as_string())] = numberOf(item);
        const value* last = page.as_object().if_contains("LastEvaluatedKey");
        if (last == nullptr) return numbers;
        start = R"(,"ExclusiveStartKey":)" + boost::json::serialize(*last);
    }
}

}  // namespace

std::string createTableJson() {
    return R"({"TableName":"Live","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[)"
           R"({"AttributeName":"pk","AttributeType":"S"},)"
           R"({"AttributeName":"owner","AttributeType":"S"},)"
           R"({"AttributeName":"n","AttributeType":"N"}],)"
           R"("KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],)"
           R"("GlobalSecondaryIndexes":[{"IndexName":"byOwner","KeySchema":[)"
           R"({"AttributeName":"owner","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],)"
           R"("Projection":{"ProjectionType":"KEYS_ONLY"}}]})";
}

std::string putJson(const Ledger& ledger, std::size_t key, std::uint64_t number,
                    std::size_t padBytes) {
    return R"({"TableName":"Live","Item":{"pk":{"S":")" + keyName(key) + R"("},"owner":{"S":")" +
           ownerName(ledger.ownerOf(key)) + R"("},"n":{"N":")" + std::to_string(number) +
           R"("},"pad":{"S":")" + std::string(padBytes, 'x') + R"("}}})";
}

std::string getJson(std::size_t key, bool strong) {
    return R"({"TableName":"Live","ConsistentRead":)" + std::string(strong ? "true" : "false") +
           R"(,"Key":{"pk":{"S":")" + keyName(key) + R"("}}})";
}

std::string ownerQueryJson(int owner) {
    return R"({"TableName":"Live","IndexName":"byOwner","KeyConditionExpression":"#o = :o",)"
           R"("ExpressionAttributeNames":{"#o":"owner"},"ExpressionAttributeValues":{":o":{"S":")" +
           ownerName(owner) + R"("}}})";
}

std::string outageJson(const std::string& zone) {
    return R"({"kind":"zone-outage","zone":")" + zone + R"("})";
}

std::string speedJson(int speed) {
    return R"({"speed":)" + std::to_string(speed) + "}";
}

std::uint64_t numberOf(const value& item) {
    return std::stoull(std::string(item.at("n").at("N").as_string()));
}

std::optional<std::uint64_t> shownNumber(const HttpClient::Answer& answer) {
    if (answer.status != 200) return {};
    const value json = answer.json();
    if (!json.is_object()) return {};
    const value* item = json.as_object().if_contains("Item");
    return item == nullptr ? 0 : numberOf(*item);
}

void checkEveryKey(std::uint16_t port, Ledger& ledger, Promise promise) {
    std::vector<std::thread> checkers;
    for (int checker = 0; checker < kCheckers; ++checker) {
        checkers.emplace_back([&, checker] {
            HttpClient client(port);
            for (auto key = static_cast<std::size_t>(checker); key < ledger.count();
                 key += kCheckers)
                checkKey(client, ledger, key, promise);
        });
    }
    for (std::thread& checker : checkers)
        checker.join();
}

std::string compareReplicas(HttpClient& client) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::string last;
    while (std::chrono::steady_clock::now() < deadline) {
        const auto applied = client.control("GET", "/checksums?table=Live");
        last = applied.body;
        if (applied.status != 200) return "No checksums: " + applied.body;
        if (!judgeChecksums(applied.json(), false)) continue;
        const auto scanned = client.control("GET", "/checksums?table=Live&scan=true");
        if (const auto wrong = judgeChecksums(scanned.json(), true)) return *wrong;
    }
    return "The replicas did not converge: " + last;
}

std::string compareIndex(HttpClient& client) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    std::map<std::string, std::uint64_t> base;
    std::map<std::string, std::uint64_t> index;
    do {
        base = scanAll(client, R"(,"ConsistentRead":true)");
        index = scanAll(client, R"(,"IndexName":"byOwner")");
        if (!base.empty() && base == index) return {};
    } while (std::chrono::steady_clock::now() < deadline);
    std::string text = "The index differs; items: " + std::to_string(base.size()) + " and " +
                       std::to_string(index.size());
    for (const auto& [key, number] : base) {
        if (!index.contains(key))
            text += "\n" + key + " is not in the index";
        else if (index[key] != number)
            text +=
                "\n" + key + " is " + std::to_string(number) + " and " + std::to_string(index[key]);
    }
    return text;
}

std::int64_t treeFileBytes(HttpClient& client) {
    const value status = client.control("GET", "/status").json();
    return status.at("treeFileBytes").to_number<std::int64_t>();
}

double worldMs(HttpClient& client) {
    const value clock = client.control("GET", "/clock").json();
    const bool told = clock.is_object() && clock.as_object().contains("nowMs");
    return told ? clock.at("nowMs").to_number<double>() : -1;
}

}  // namespace orrery::live
