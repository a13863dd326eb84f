#include "core/cluster/catalog/catalog.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/check.h"

namespace orrery::cluster {
namespace {

constexpr std::size_t kChangesMax = 20'000;

// The ARN of a table has its Region, account and table name; any other text is a plain name.
//   arn:aws:dynamodb:<region>:<account>:table/<name>
struct TableArn {
    std::string_view region;
    std::string_view account;
    std::string_view name;
};

std::optional<TableArn> parseArn(std::string_view text) {
    if (!text.starts_with("arn:")) return std::nullopt;
    std::array<std::string_view, 6> parts;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        const std::size_t colon = text.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        parts[i] = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    constexpr std::string_view kTable = "table/";
    if (!text.starts_with(kTable) || parts[1] != "aws" || parts[2] != "dynamodb")
        return std::nullopt;
    return TableArn{parts[3], parts[4], text.substr(kTable.size())};
}

}  // namespace

TablePtr Catalog::find(const Caller& caller, std::string_view nameOrArn) const {
    std::string_view name = nameOrArn;
    if (const auto arn = parseArn(nameOrArn)) {
        if (arn->region != caller.regionName || arn->account != caller.accountId) return nullptr;
        name = arn->name;
    }
    const auto found = m_byName.find(std::tie(caller.accountId, caller.regionName, name));
    return found == m_byName.end() ? nullptr : found->second;
}

TablePtr Catalog::find(KeySpaceId space) const {
    const auto found = m_bySpace.find(space);
    return found == m_bySpace.end() ? nullptr : found->second;
}

std::vector<std::string> Catalog::names(const Caller& caller, std::string_view after,
                                        std::size_t limit) const {
    std::vector<std::string> names;
    auto at = m_byName.upper_bound(std::tie(caller.accountId, caller.regionName, after));
    for (; at != m_byName.end() && names.size() < limit; ++at) {
        if (std::get<0>(at->first) != caller.accountId) break;
        if (std::get<1>(at->first) != caller.regionName) break;
        names.push_back(std::get<2>(at->first));
    }
    return names;
}

void Catalog::put(TablePtr table, storage::Ticket turn) {
    CHECK(table != nullptr);
    m_gate = std::max(m_gate, turn);
    noteChange(table->space);
    m_bySpace[table->space] = table;
    m_byName[Name(table->accountId, table->regionName, table->name)] = std::move(table);
}

void Catalog::erase(const TableDescription& table, storage::Ticket turn) {
    m_gate = std::max(m_gate, turn);
    noteChange(table.space);
    m_bySpace.erase(table.space);
    m_byName.erase(Name(table.accountId, table.regionName, table.name));
}

void Catalog::putStream(StreamPtr stream, storage::Ticket turn) {
    CHECK(stream != nullptr);
    m_gate = std::max(m_gate, turn);
    m_streams.put(std::move(stream));
}

void Catalog::eraseStream(const StreamDescription& stream, storage::Ticket turn) {
    m_gate = std::max(m_gate, turn);
    m_streams.erase(stream);
}

void Catalog::noteChange(KeySpaceId space) {
    if (m_changesAreLost) return;
    m_changes.insert(space);
    if (m_changes.size() <= kChangesMax) return;
    m_changesAreLost = true;
    m_changes.clear();
}

std::optional<std::vector<KeySpaceId>> Catalog::takeChanges(std::size_t countMax) {
    if (std::exchange(m_changesAreLost, false)) return std::nullopt;
    std::vector<KeySpaceId> changes;
    while (changes.size() < countMax && !m_changes.empty())
        changes.push_back(m_changes.extract(m_changes.begin()).value());
    return changes;
}

}  // namespace orrery::cluster
