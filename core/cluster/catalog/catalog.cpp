#include "core/cluster/catalog/catalog.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/account_id.h"
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
        if (arn->region != caller.regionName || arn->account != accountDigits(caller.accountId))
            return nullptr;
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

// Without the namespaces in them; in order.
std::vector<std::string> Catalog::accounts() const {
    std::vector<std::string> accounts;
    for (auto at = m_byName.begin(); at != m_byName.end();) {
        const std::string& account = accounts.emplace_back(accountDigits(std::get<0>(at->first)));
        // The ids of its namespaces go on with "/", which is just before "0".
        at =
            m_byName.lower_bound(std::tuple(account + "0", std::string_view(), std::string_view()));
    }
    return accounts;
}

std::vector<TablePtr> Catalog::named(std::string_view accountId, std::string_view name) const {
    std::vector<TablePtr> found;
    if (accountId.empty()) {
        for (const std::string& account : accounts()) {
            const std::vector<TablePtr> more = named(account, name);
            found.insert(found.end(), more.begin(), more.end());
        }
        return found;
    }
    constexpr std::string_view kLastName = "\x7f";  // After every name.
    auto at = m_byName.lower_bound(std::tuple(accountId, std::string_view(), std::string_view()));
    while (at != m_byName.end() && std::get<0>(at->first) == accountId) {
        const std::string_view region = std::get<1>(at->first);
        const auto table = m_byName.find(std::tie(accountId, region, name));
        if (table != m_byName.end()) found.push_back(table->second);
        at = m_byName.upper_bound(std::tie(accountId, region, kLastName));
    }
    return found;
}

std::vector<TablePtr> Catalog::ofAccount(std::string_view accountId, std::size_t limit) const {
    std::vector<TablePtr> tables;
    auto at = m_byName.lower_bound(std::tuple(accountId, std::string_view(), std::string_view()));
    for (; at != m_byName.end() && tables.size() < limit; ++at) {
        if (!accountId.empty() && std::get<0>(at->first) != accountId) break;
        tables.push_back(at->second);
    }
    return tables;
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

void Catalog::putGlobal(GlobalTablePtr table, storage::Ticket turn) {
    CHECK(table != nullptr);
    m_gate = std::max(m_gate, turn);
    for (const GlobalReplica& replica : table->replicas)
        noteChange(replica.table);
    m_globals.put(std::move(table));
}

void Catalog::eraseGlobal(const GlobalTable& table, storage::Ticket turn) {
    m_gate = std::max(m_gate, turn);
    for (const GlobalReplica& replica : table.replicas)
        noteChange(replica.table);
    m_globals.erase(table.id);
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
