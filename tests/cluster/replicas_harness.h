#pragma once

#include <QString>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/cluster/region_calls.h"

namespace orrery::test {

/// A world whose table "T" has replicas in several Regions. A call is made in a Region, returns
/// once its answer is there, and fails a CHECK if none comes.
class ReplicasHarness : public WorldHarness {
public:
    using WorldHarness::WorldHarness;

    // Each returns the number of the call.
    std::uint64_t change(const std::string& region, cluster::ReplicaChange::Kind kind,
                         const std::string& replica,
                         const cluster::ReplicaOverrides& overrides = {});
    std::uint64_t submitUpdate(const std::string& region,
                               const std::function<void(cluster::UpdateTable&)>& make);
    std::uint64_t removeTable(const std::string& region);
    std::uint64_t get(const std::string& region, const std::string& pk);

    /// True if the change is accepted.
    bool update(const std::string& region, const std::function<void(cluster::UpdateTable&)>& make);
    void enableTimeToLive(const std::string& region, const std::string& attribute);
    /// Adds a replica to the table in `region` and waits until it is ACTIVE.
    void addReplica(const std::string& region, const std::string& replica,
                    const cluster::ReplicaOverrides& overrides = {});
    /// Puts items `name`0, `name`1, …, all of them acknowledged.
    void putMany(const std::string& region, const std::string& name, int count);
    /// From now on, messages from one Region to another take this long.
    void slowLink(const std::string& from, const std::string& to, Duration delay);
    /// All zones of a Region lose power.
    void failRegion(const std::string& region);

    cluster::TablePtr tableIn(const std::string& region);
    /// Nothing if there is no table.
    std::optional<cluster::TableReply> describe(const std::string& region);
    /// The items by partition key, as a strongly consistent Scan returns them.
    std::map<std::string, std::string> items(const std::string& region);
    /// The bounds of the table's partitions, then of those of its global indexes.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> boundsOf(const std::string& region);
    /// The message of a call that was refused; otherwise what came of it.
    QString refusalOf(std::uint64_t call) const;

private:
    std::uint64_t call(const std::string& region, const std::string& name,
                       const std::function<cluster::Request(const cluster::TablePtr&)>& make);
};

}  // namespace orrery::test
