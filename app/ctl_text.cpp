#include "app/ctl_text.h"

#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string_view>

#include "core/base/account_id.h"
#include "core/json/json.h"

namespace orrery::app {
namespace {

std::string text(const json::Object& row, std::string_view name) {
    const json::Value* value = row.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::optional<double> number(const json::Object& row, std::string_view name) {
    const json::Value* value = row.if_contains(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return value->to_number<double>();
}

std::string count(const json::Object& row, std::string_view name) {
    const json::Value* value = row.if_contains(name);
    const bool isCount = value != nullptr && value->is_int64();
    return std::to_string(isCount ? value->get_int64() : 0);
}

bool isTrue(const json::Object& row, std::string_view name) {
    const json::Value* value = row.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::string changes(const std::string& count) {
    return count + (count == "1" ? " change" : " changes");
}

/// "81.2 ms", from ten seconds on "12.3 s".
std::string duration(double milliseconds) {
    constexpr double kSeconds = 10'000;
    const bool isLong = milliseconds >= kSeconds;
    std::array<char, 40> out{};
    const double shown = isLong ? milliseconds / 1000 : milliseconds;
    const int size = std::snprintf(out.data(), out.size(), "%.1f %s", shown, isLong ? "s" : "ms");
    return {out.data(), static_cast<std::size_t>(size)};
}

std::string tableName(const json::Object& row, std::string_view name) {
    std::string out = "Table " + text(row, name);
    const std::string account = text(row, "account");
    const std::string space = text(row, "namespace");
    const std::string shown = account == kSharedAccount ? "" : "account " + account;
    const std::string both = shown.empty() || space.empty() ? "" : ", ";
    const std::string named = shown + both + (space.empty() ? "" : "namespace " + space);
    return named.empty() ? out : out + " (" + named + ")";
}

std::string globalTable(const json::Object& row) {
    std::string out = tableName(row, "name");
    out += text(row, "consistency") == "STRONG" ? ", strong" : ", eventual";
    out += " consistency:";
    const json::Value* replicas = row.if_contains("replicas");
    if (replicas == nullptr || !replicas->is_array()) return out;
    std::string_view before = " ";
    for (const json::Value& replica : replicas->get_array()) {
        if (!replica.is_object()) continue;
        out.append(before).append(text(replica.get_object(), "region")).append(" ");
        out += text(replica.get_object(), "status");
        before = ", ";
    }
    return out;
}

std::string replicationPair(const json::Object& row) {
    std::string out = tableName(row, "table");
    out += " from " + text(row, "from") + " to " + text(row, "to") + ": ";
    out += changes(count(row, "pending")) + " pending; ";
    const auto last = number(row, "latencyMs");
    const auto sum = number(row, "latencySumMs");
    const auto measured = number(row, "changes");
    if (last && sum && measured && *measured > 0) {
        out += "latency " + duration(*last) + " (mean of " + changes(count(row, "changes")) + ": " +
               duration(*sum / *measured) + ")";
    } else {
        out += "latency not measured yet";
    }
    out += "; " + count(row, "lost") + " lost";
    if (isTrue(row, "isFilling"))
        out += "; filling: " + count(row, "done") + " of " + count(row, "total") + " items";
    if (isTrue(row, "isPaused")) out += "; paused";
    return out;
}

std::string lines(const std::string& body, std::string_view name, const std::string& none,
                  std::string (*line)(const json::Object&)) {
    const auto parsed = json::parse(body);
    if (!parsed || !parsed->is_object()) return body;
    const json::Value* rows = parsed->get_object().if_contains(name);
    if (rows == nullptr || !rows->is_array()) return body;
    std::string out;
    for (const json::Value& row : rows->get_array()) {
        if (!row.is_object()) return body;
        if (!out.empty()) out += '\n';
        out += line(row.get_object());
    }
    return out.empty() ? none : out;
}

}  // namespace

std::string globalTablesText(const std::string& json) {
    return lines(json, "globalTables", "There are no global tables.", globalTable);
}

std::string replicationText(const std::string& json) {
    return lines(json, "replication", "No table is replicated to another Region.", replicationPair);
}

}  // namespace orrery::app
