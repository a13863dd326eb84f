#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace orrery::check {

/// Judges whether operations, each of which reads and writes several items at one moment, have a
/// serial order. An item has versions 0, 1, 2, …; whoever writes one has read the one before. The
/// order of the versions and of who read them gives a graph, which must have no cycle (Adya's
/// serialization graph).
class SerialOrder {
public:
    /// A number of the caller's choice.
    using Operation = std::uint64_t;

    /// `operation` made this version of the item.
    void wrote(Operation operation, const std::string& item, std::uint64_t version);
    /// `operation` read this version.
    void read(Operation operation, const std::string& item, std::uint64_t version);

    /// Once everything is told. Empty, or one sentence: two made the same version, or the
    /// operations of a cycle.
    std::string judge() const;

private:
    using Version = std::pair<std::string, std::uint64_t>;

    /// Those that come after each operation.
    std::map<Operation, std::vector<Operation>> followers() const;

    std::map<Version, Operation> m_writers;
    std::multimap<Version, Operation> m_readers;
    std::string m_problem;
};

}  // namespace orrery::check
