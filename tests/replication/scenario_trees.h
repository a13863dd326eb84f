#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "tests/replication/group.h"

namespace orrery::test {

/// The trees of a scenario's replicas, without anything in them: how far each has applied its log,
/// and how many of the three pieces of a copy it has.
class ScenarioTrees {
public:
    void setGroup(Group& group) { m_group = &group; }

    bool isWhole(ZoneIndex zone) const { return !at(zone).pieces; }
    void committed(ZoneIndex zone);
    bool fillRequest(ZoneIndex zone, replication::CopyRequest& request);
    static std::shared_ptr<const replication::CopiedRange> readRange(const SharedBytes& cursor);
    void takeRange(ZoneIndex zone, const replication::CopyChunk& chunk, bool begins);
    /// Every log loses the records up to `last` that its tree has.
    void trim(Lsn last);
    /// The zone has lost its power.
    void lost(ZoneIndex zone);

private:
    struct Tree {
        Lsn applied{};
        std::optional<std::uint64_t> pieces;  ///< Of a copy that is not whole.
        Lsn wholeAt{};                        ///< All have come: whole once this is applied.
        bool waits = false;                   ///< For a piece; applies nothing until it comes.
    };

    Tree& at(ZoneIndex zone) { return m_trees[zone.value()]; }
    const Tree& at(ZoneIndex zone) const { return m_trees[zone.value()]; }
    void apply(ZoneIndex zone);

    Group* m_group = nullptr;
    std::array<Tree, kZonesPerRegion> m_trees;
};

}  // namespace orrery::test
