#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/cluster/catalog/table_description.h"

namespace orrery::cluster {

/// Who sends a request: what SigV4's credential scope says, the zone of the connection, and the
/// address that it was sent to, as the Host header has it.
struct Caller {
    std::string accountId;
    std::string accessKey;
    std::string regionName;
    ZoneIndex zone{};
    std::string host{};
};

/// The tables of all accounts and Regions. Belongs to the world's thread; descriptions taken from
/// it may go anywhere.
class Catalog {
public:
    /// The table of the caller's account and Region, whatever its status; null if there is none.
    /// `nameOrArn` may be a table's ARN, which must name the caller's account and Region.
    TablePtr find(const Caller& caller, std::string_view nameOrArn) const;
    TablePtr find(KeySpaceId space) const;

    /// At most `limit` names after `after`, in order of UTF-8 bytes.
    std::vector<std::string> names(const Caller& caller, std::string_view after,
                                   std::size_t limit) const;
    std::size_t size() const { return m_byName.size(); }

    /// Every table in order of account, Region, name.
    template <typename Visit>
    void forEach(Visit visit) const {
        for (const auto& [name, table] : m_byName)
            visit(table);
    }

    void put(TablePtr table);
    void erase(const TableDescription& table);

    /// Which tables came, changed or went, at most so many, and each once; for an inspector that
    /// keeps what it made of them. Nothing: too many to name.
    std::optional<std::vector<KeySpaceId>> takeChanges(std::size_t countMax);

private:
    void noteChange(KeySpaceId space);

    using Name = std::tuple<std::string, std::string, std::string>;  // Account, Region, table.
    std::map<Name, TablePtr, std::less<>> m_byName;
    std::map<KeySpaceId, TablePtr> m_bySpace;

    std::set<KeySpaceId> m_changes;  ///< Nobody may ever ask, so it has a bound.
    bool m_changesAreLost = false;
};

}  // namespace orrery::cluster
