#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cluster/kernel/world_state.h"
#include "core/table/apply.h"

namespace orrery::cluster {

/// The sizes of item collections as leaders know them, for tables with a local index. Records carry
/// the sizes, so one look-up tells. What version 1 wrote carries none: such a collection is counted
/// in bounded steps when somebody first asks, while reads and writes of it go on.
class CollectionSizes {
public:
    explicit CollectionSizes(WorldState& world) : m_world(world) {}

    /// The size of the collection of `storageKey` in the latest state of the leader in `zone`, as
    /// the next record has to continue it. Nothing if it is not known: see `count`. `itemExists`
    /// says of the item itself that it is there.
    storage::StorageResult<std::optional<table::CollectionSize>> find(const Group& group,
                                                                      ZoneIndex zone,
                                                                      std::string_view storageKey,
                                                                      bool itemExists) const;

    /// Counts the collection of `storageKey`; `waiting` comes back once its size is known, or
    /// cannot be told here.
    void count(const Group& group, std::string_view storageKey, ParkedOp waiting);

    /// The leader is about to propose `record`: what is being counted takes it in.
    void noteWrite(const Group& group, const table::LogRecord& record,
                   const table::LocalIndexChanges& localIndexes);

    /// Counts on. Returns the requests that need not wait any longer.
    std::vector<ParkedOp> on(const CollectionCountStep& step);
    /// The group's replicas moved. Returns the requests whose leader counts no more.
    std::vector<ParkedOp> moved(const Group& group);

private:
    /// Under the key that has the size, which begins with the group.
    struct Count {
        GroupId group{};
        ZoneIndex zone{};
        replication::Term term{};
        std::vector<std::string> prefixes;  ///< The table's part and that of each local index.
        std::size_t prefix = 0;             ///< The one that is read now.
        std::string next;                   ///< All before it is counted; everything if at end.
        std::uint64_t bytes = 0;
        bool isVoid = false;  ///< A record has told the size meanwhile.
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
    void forgetFinished();

    WorldState& m_world;
    Counts m_counts;
};

}  // namespace orrery::cluster
