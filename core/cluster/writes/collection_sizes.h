#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cluster/kernel/op.h"
#include "core/cluster/kernel/world_state.h"
#include "core/table/apply.h"

namespace orrery::cluster {

/// The sizes of item collections as leaders know them, for tables with a local index. Records carry
/// the size, so one look-up finds it. Records of version 1 do not: such a collection is counted in
/// bounded steps at the first request for its size, while reads and writes of it continue.
class CollectionSizes {
public:
    explicit CollectionSizes(WorldState& world) : m_world(world) {}

    /// The size of the collection of `storageKey` in the latest state of the leader in `zone`, from
    /// which the next record continues. Nothing if it is not known; see `count`. `itemExists` says
    /// that the item itself exists.
    storage::StorageResult<std::optional<table::CollectionSize>> find(const Group& group,
                                                                      ZoneIndex zone,
                                                                      std::string_view storageKey,
                                                                      bool itemExists) const;

    /// Counts the collection of `storageKey`. Returns `waiting` from `on` once the size is known or
    /// cannot be determined here.
    void count(const Group& group, std::string_view storageKey, ParkedOp waiting);

    /// The leader is about to propose `record`: counts in progress take it into account.
    void noteWrite(const Group& group, const table::LogRecord& record,
                   const table::LocalIndexChanges& localIndexes);

    /// Continues a count. Returns the requests that need not wait any longer.
    std::vector<ParkedOp> on(const CollectionCountStep& step);
    /// The replicas of the group have advanced. Returns the requests whose leader no longer counts.
    std::vector<ParkedOp> moved(const Group& group);

private:
    /// By the key that stores the size, which begins with the group.
    struct Count {
        GroupId group{};
        ZoneIndex zone{};
        replication::Term term{};
        std::vector<std::string> prefixes;  ///< The prefix in the table and in each local index.
        std::size_t prefix = 0;             ///< The one being read.
        std::string next;  ///< Everything before it is counted; everything at the end.
        std::uint64_t bytes = 0;
        bool isVoid = false;         ///< A record has carried the size meanwhile.
        std::uint64_t finished = 0;  ///< The order of completion, from 1.
        std::vector<ParkedOp> waiting;

        bool atEnd() const { return prefix == prefixes.size(); }
        bool has(std::string_view key) const;
    };
    using Counts = std::map<std::string, Count, std::less<>>;

    bool isValid(const Count& count) const;
    storage::StorageResult<bool> isEmpty(const Group& group, ZoneIndex zone,
                                         std::string_view storageKey) const;
    /// Reads some entries.
    storage::StorageResult<void> countSome(const Group& group, Count& count);
    void queueStep(GroupId group, const std::string& sizeKey);
    void noteFinished(const std::string& sizeKey, Count& count);

    WorldState& m_world;
    Counts m_counts;
    std::uint64_t m_finishedCount = 0;
    /// The counts that ended last, by key; some are gone.
    std::deque<std::pair<std::uint64_t, std::string>> m_finished;
};

}  // namespace orrery::cluster
