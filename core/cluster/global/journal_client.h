#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "core/cluster/global/journal_request.h"
#include "core/cluster/kernel/per_group.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

/// The side of a partition of a strong global table: its leader asks the leader of the partition's
/// journal, wherever that is. Each zone uses what it has learnt itself of who leads.
class JournalClient {
public:
    /// Takes the outcome of a request, once.
    using Take =
        std::function<void(Group& partition, const JournalRequest& request, JournalOutcome)>;

    /// The world must outlive this object.
    JournalClient(WorldState& world, Take take) : m_world(world), m_take(std::move(take)) {}

    /// Sends a request of the leader in `request.sender`, until somebody decides it or the limit is
    /// reached: then the outcome is Unknown. Gives it its number, which is returned.
    std::uint64_t ask(const Group& partition, const Group& journal, JournalRequest request,
                      Instant limit);

    void on(const JournalAnswered& answered);
    void on(const JournalRetry& retry);
    /// The replicas of the partition made progress: one that lost its power forgot what it asked.
    void moved(const Group& partition);
    /// Call it before the partition is removed.
    void forget(GroupId partition) { m_partitions.forget(partition); }

private:
    /// A request that is not decided.
    struct Asked {
        std::shared_ptr<const JournalRequest> request;
        GroupId journal{};
        ZoneIndex seat{};  ///< Where it was sent last.
        Instant sentAt;
        Instant limit;
        std::uint32_t redirects = 0;  ///< Since it was last sent for want of one.
        bool isAnswered = false;      ///< The last sending was, by a member that does not lead.
        bool isRepeated = false;
    };
    struct Partition {
        std::map<std::uint64_t, Asked> asked;  ///< By number.
        std::uint64_t last = 0;
        /// Where each zone expects the leader of the journal, once it has learnt it.
        std::array<std::optional<ZoneIndex>, kZonesPerRegion> hints;
        Instant retryAt = Instant::never();
    };

    void send(const Group& partition, Asked& asked);
    void sendOn(const Group& partition, Asked& asked, std::optional<ZoneIndex> leader);
    void sendAgain(const Group& partition, Asked& asked);
    void take(Group& partition, std::uint64_t number, JournalOutcome outcome);
    Instant dueAt(const Group& partition, const Asked& asked) const;
    void retryBy(GroupId partition, Partition& state, Instant at);

    WorldState& m_world;
    Take m_take;
    PerGroup<Partition> m_partitions;
};

}  // namespace orrery::cluster
