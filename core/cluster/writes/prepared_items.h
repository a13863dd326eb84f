#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/cluster/kernel/per_group.h"
#include "core/cluster/kernel/world_state.h"
#include "core/table/prepared_item.h"

namespace orrery::cluster {

/// What leaders know of the items that transactions have prepared, by group. A new leader reads it
/// from its tree and the tail of its log; afterwards it notes each record that it proposes.
class PreparedItems {
public:
    /// A transaction that is ongoing for an item.
    struct Ongoing {
        std::string transactionId;
        GroupId ledger{};
        CalendarTime stamp;
        Instant since;  ///< When this leader proposed or found it.
    };
    using Table = std::map<std::string, Ongoing, std::less<>>;  ///< By storage key of the item.

    explicit PreparedItems(WorldState& world) : m_world(world) {}

    /// The items prepared in the latest state of the leader in `zone`, which serves. Valid until
    /// the next call.
    storage::StorageResult<const Table*> of(const Group& group, ZoneIndex zone);
    /// Whether `of` would not have to read.
    bool isKnown(const Group& group, ZoneIndex zone) const;
    /// The leader in `zone` has proposed `record`, of a transaction.
    void note(const Group& group, ZoneIndex zone, const table::LogRecord& record);
    void forget(GroupId group) { m_groups.forget(group); }

    /// Whether a transaction is ongoing for the item, in the latest state of the leader.
    storage::StorageResult<bool> isOngoing(const Group& group, ZoneIndex zone,
                                           std::string_view storageKey);
    /// The record of the tail that prepared the item or resolved its transaction; 0: none.
    static Lsn lastRecordOf(const Group& group, std::string_view storageKey);
    /// What is prepared for an item, in the latest state of the leader; nothing if nothing is.
    storage::StorageResult<std::optional<table::PreparedItem>> find(
        const Group& group, ZoneIndex zone, std::string_view storageKey) const;

private:
    struct Known {
        ZoneIndex zone{};
        replication::Term term{};
        Table items;
    };

    storage::StorageResult<Table> read(const Group& group, ZoneIndex zone) const;

    WorldState& m_world;
    PerGroup<Known> m_groups;
};

}  // namespace orrery::cluster
