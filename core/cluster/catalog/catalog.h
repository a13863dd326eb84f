#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/cluster/catalog/global_table.h"
#include "core/cluster/catalog/resets.h"
#include "core/cluster/catalog/stream_list.h"
#include "core/cluster/catalog/table_description.h"
#include "core/storage/store.h"

namespace orrery::cluster {

/// Who sends a request: the claim of SigV4's credential scope, the zone of the connection, and the
/// address to which the request was sent, from the Host header.
struct Caller {
    std::string accountId;  ///< See base/account_id.h.
    std::string accessKey;
    std::string regionName;
    ZoneIndex zone{};
    std::string host{};
    /// DeleteItem only: the LSN of the record that must have written the item (the window).
    std::optional<Lsn> itemLsn{};
};

/// The tables of all accounts and Regions. Belongs to the world's thread; the descriptions that it
/// returns may go to any thread.
class Catalog {
public:
    /// The table in the caller's account and Region, whatever its status; null if there is none.
    /// `nameOrArn` may be an ARN, which must name the caller's account and Region.
    TablePtr find(const Caller& caller, std::string_view nameOrArn) const;
    TablePtr find(KeySpaceId space) const;

    /// At most `limit` names after `after`, in order of their UTF-8 bytes.
    std::vector<std::string> names(const Caller& caller, std::string_view after,
                                   std::size_t limit) const;
    std::size_t size() const { return m_byName.size(); }

    /// The tables of this name in an account, one for each Region that has one. Without an account:
    /// in any that is not a namespace, the one with the lowest number first.
    std::vector<TablePtr> named(std::string_view accountId, std::string_view name) const;
    /// At most `limit` tables of an account, or of all if the id is empty.
    std::vector<TablePtr> ofAccount(std::string_view accountId, std::size_t limit) const;

    /// Visits every table, in order of account, Region, name.
    template <typename Visit>
    void forEach(Visit visit) const {
        for (const auto& [name, table] : m_byName)
            visit(table);
    }

    /// `turn` stores the change.
    void put(TablePtr table, storage::Ticket turn = {});
    void erase(const TableDescription& table, storage::Ticket turn = {});

    const StreamList& streams() const { return m_streams; }
    void putStream(StreamPtr stream, storage::Ticket turn = {});
    void eraseStream(const StreamDescription& stream, storage::Ticket turn = {});

    const GlobalTableList& globals() const { return m_globals; }
    /// The descriptions of its replicas are in the catalog too.
    void putGlobal(GlobalTablePtr table, storage::Ticket turn = {});
    void eraseGlobal(const GlobalTable& table, storage::Ticket turn = {});

    const Resets& resets() const { return m_resets; }
    /// The tables of an account, or of all if the id is empty, are dropped at `at`.
    void noteReset(std::string_view accountId, CalendarTime at) { m_resets.note(accountId, at); }
    /// Removes one reset older than `time` and returns its account; nothing if there is none.
    std::optional<std::string> takeResetBefore(CalendarTime time) {
        return m_resets.takeBefore(time);
    }

    /// The last turn that stored a change; every answer depends on it.
    storage::Ticket gate() const { return m_gate; }

    /// The tables created, changed or deleted since the last call, each once. Returns nothing if
    /// there are more than `countMax`; the caller then looks at all.
    std::optional<std::vector<KeySpaceId>> takeChanges(std::size_t countMax);

private:
    void noteChange(KeySpaceId space);
    std::vector<std::string> accounts() const;

    using Name = std::tuple<std::string, std::string, std::string>;  // Account, Region, table.
    std::map<Name, TablePtr, std::less<>> m_byName;
    std::map<KeySpaceId, TablePtr> m_bySpace;
    StreamList m_streams;
    GlobalTableList m_globals;
    Resets m_resets;
    storage::Ticket m_gate{};

    std::set<KeySpaceId> m_changes;  ///< Bounded: the changes may never be taken.
    bool m_changesAreLost = false;
};

}  // namespace orrery::cluster
