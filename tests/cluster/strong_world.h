#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/cluster/replicas_harness.h"
#include "tests/cluster/transaction_calls.h"

namespace orrery::test {

inline const std::string kEast = "us-east-1";
inline const std::string kOhio = "us-east-2";
inline const std::string kWest = "us-west-2";

/// A world in which the table "T" is consistent over us-east-1, us-east-2 and us-west-2, once it is
/// made so. Its attributes but the key are integers.
class StrongWorld : public ReplicasHarness {
public:
    using ReplicasHarness::ReplicasHarness;

    /// Creates the table in us-east-1, with replicas in both other Regions or, `withWitness`, in
    /// us-east-2 and the witness in us-west-2, and waits until all are ACTIVE.
    void create(bool withWitness = false);
    /// Asks for the replicas in these Regions, and for the witness if one is named. Returns the
    /// number of the call.
    std::uint64_t makeStrong(const std::vector<std::string>& regions,
                             const std::string& witness = {});
    /// Asks for the removal of all but the replica in `region`.
    std::uint64_t endStrong(const std::string& region, const std::vector<std::string>& regions,
                            const std::string& witness = {});

    // Each returns the number of a call that is under way.
    std::uint64_t begin(const std::string& region, const Act& act);
    std::uint64_t beginRead(const std::string& region, const std::string& pk, bool consistent);
    /// Adds 1 to the item's n.
    std::uint64_t beginAdd(const std::string& region, const std::string& pk);
    /// Puts an item with n unless there is one.
    std::uint64_t beginInsert(const std::string& region, const std::string& pk, std::int64_t n);

    /// Lets time pass until the calls are answered, for 10 s at most.
    void finish(const std::vector<std::uint64_t>& calls);
    /// "ok" or the short name of the error, once the call is answered.
    std::string ask(std::uint64_t call);
    /// The n of the item that a read shows; -1: there is no item. The read must succeed.
    std::int64_t numberIn(std::uint64_t read);
    std::int64_t read(const std::string& region, const std::string& pk, bool consistent = true) {
        return numberIn(beginRead(region, pk, consistent));
    }
    cluster::GlobalTablePtr global();
};

}  // namespace orrery::test
