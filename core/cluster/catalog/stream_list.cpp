#include "core/cluster/catalog/stream_list.h"

#include <algorithm>
#include <array>

#include "core/base/account_id.h"
#include "core/cluster/catalog/catalog.h"

namespace orrery::cluster {
namespace {

constexpr std::string_view kTable = "table/";
constexpr std::string_view kStream = "/stream/";

bool isOf(const StreamDescription& stream, const Caller& caller) {
    return stream.accountId == caller.accountId && stream.regionName == caller.regionName;
}

}  // namespace

// arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<label>; the label contains colons.
std::optional<StreamArn> parseStreamArn(std::string_view text) {
    std::array<std::string_view, 5> parts;
    for (std::string_view& part : parts) {
        const std::size_t colon = text.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        part = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    const bool isOfService = parts[0] == "arn" && parts[2] == "dynamodb" && !parts[3].empty() &&
                             !parts[4].empty() && text.starts_with(kTable);
    if (!isOfService) return std::nullopt;
    text.remove_prefix(kTable.size());
    const std::size_t slash = text.find(kStream);
    if (slash == std::string_view::npos || slash == 0) return std::nullopt;
    const std::string_view label = text.substr(slash + kStream.size());
    if (label.empty()) return std::nullopt;
    return StreamArn{parts[3], parts[4], text.substr(0, slash), label};
}

StreamList::Name StreamList::nameOf(const StreamDescription& stream) {
    return {stream.accountId, stream.regionName, stream.tableName, stream.createdAt};
}

StreamPtr StreamList::find(const Caller& caller, std::string_view arn) const {
    const auto parts = parseStreamArn(arn);
    if (!parts || parts->account != accountDigits(caller.accountId) ||
        parts->region != caller.regionName)
        return nullptr;
    const std::string table(parts->table);
    auto at = m_byName.lower_bound(Name(caller.accountId, caller.regionName, table, {}));
    for (; at != m_byName.end() && isOf(*at->second, caller); ++at) {
        if (at->second->tableName != table) break;
        if (at->second->label() == parts->label) return at->second;
    }
    return nullptr;
}

StreamPtr StreamList::find(const StreamDescription& stream) const {
    const auto found = m_byName.find(nameOf(stream));
    return found == m_byName.end() ? nullptr : found->second;
}

std::vector<StreamPtr> StreamList::ofTable(KeySpaceId table) const {
    std::vector<StreamPtr> streams;
    const auto found = m_byTable.find(table);
    if (found == m_byTable.end()) return streams;
    for (const auto& [createdAt, stream] : found->second)
        streams.push_back(stream);
    return streams;
}

std::vector<StreamPtr> StreamList::list(const Caller& caller, std::string_view tableName,
                                        std::string_view after, std::size_t limit) const {
    std::vector<StreamPtr> streams;
    const auto from = parseStreamArn(after);
    std::string first(tableName);
    if (from && from->table > first) first = from->table;
    auto at = m_byName.lower_bound(Name(caller.accountId, caller.regionName, first, {}));
    for (; at != m_byName.end() && isOf(*at->second, caller) && streams.size() < limit; ++at) {
        const StreamDescription& stream = *at->second;
        if (!tableName.empty() && stream.tableName != tableName) break;
        // Labels sort as times do.
        const bool isBefore =
            from && stream.tableName == from->table && stream.label() <= from->label;
        if (!isBefore) streams.push_back(at->second);
    }
    return streams;
}

std::vector<StreamPtr> StreamList::ofAccount(std::string_view accountId, std::size_t limit) const {
    std::vector<StreamPtr> streams;
    auto at = m_byName.lower_bound(Name(std::string(accountId), {}, {}, {}));
    for (; at != m_byName.end() && streams.size() < limit; ++at) {
        if (!accountId.empty() && at->second->accountId != accountId) break;
        streams.push_back(at->second);
    }
    return streams;
}

StreamPtr StreamList::latest(std::string_view accountId, std::string_view regionName,
                             std::string_view tableName) const {
    const CalendarTime end(Duration::max());
    auto at = m_byName.lower_bound(
        Name(std::string(accountId), std::string(regionName), std::string(tableName), end));
    if (at == m_byName.begin()) return nullptr;
    const StreamPtr& before = std::prev(at)->second;
    const bool isIt = before->accountId == accountId && before->regionName == regionName &&
                      before->tableName == tableName;
    return isIt ? before : nullptr;
}

bool StreamList::needImages(KeySpaceId table, bool isDelete) const {
    const auto found = m_byTable.find(table);
    if (found == m_byTable.end()) return false;
    return std::ranges::any_of(found->second, [&](const auto& entry) {
        const StreamDescription& stream = *entry.second;
        return stream.status() != StreamStatus::Disabled && (isDelete || hasOldImage(stream.view));
    });
}

void StreamList::put(StreamPtr stream) {
    m_byTable[stream->table][stream->createdAt] = stream;
    Name name = nameOf(*stream);
    m_byName[std::move(name)] = std::move(stream);
}

void StreamList::erase(const StreamDescription& stream) {
    const KeySpaceId table = stream.table;
    const CalendarTime createdAt = stream.createdAt;
    m_byName.erase(nameOf(stream));
    const auto streams = m_byTable.find(table);
    if (streams == m_byTable.end()) return;
    streams->second.erase(createdAt);
    if (streams->second.empty()) m_byTable.erase(streams);
}

}  // namespace orrery::cluster
