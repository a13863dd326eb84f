#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/cluster/global/journal_server.h"
#include "tests/cluster/journal_world.h"

namespace orrery::test {

/// A journal, and the partitions of its Regions, which ask it without delay. The table of a Region
/// has the number of the zone of its member.
class JournalClients : public JournalWorld, private cluster::GroupListener {
public:
    explicit JournalClients(const JournalOptions& options = {});

    // Requests of the Region of this member. They are sent, once or again, by `send`.
    std::uint64_t propose(ZoneIndex from, const std::string& name,
                          std::optional<cluster::KnownVersion> base);
    std::uint64_t remove(ZoneIndex from, const std::string& name,
                         std::optional<cluster::KnownVersion> base);
    std::uint64_t check(ZoneIndex from, const std::string& name,
                        std::optional<cluster::KnownVersion> base);
    std::uint64_t fence(ZoneIndex from);

    void send(std::uint64_t request, ZoneIndex to, bool isRepeated = false);
    /// Sends it and waits a second for the answer.
    std::optional<cluster::JournalOutcome> ask(std::uint64_t request, ZoneIndex to,
                                               bool isRepeated = false);
    /// The last answer; nothing if there is none.
    std::optional<cluster::JournalOutcome> outcome(std::uint64_t request) const;

    /// The version that a write gives its item.
    cluster::KnownVersion versionOf(std::uint64_t request) const;
    /// The newest version of an item at the leader elected last.
    std::optional<cluster::KnownVersion> newest(const std::string& name);
    /// A Region has taken the records of the journal up to here.
    void setTaken(ZoneIndex region, Lsn upTo);

private:
    using Request = cluster::JournalRequest;

    std::uint64_t add(ZoneIndex from, Request::Kind kind, const std::string& name,
                      std::optional<cluster::KnownVersion> base);
    bool waits(const cluster::Group& group) const override { return m_server.waits(group.id); }
    void moved(cluster::Group& group) override { m_server.moved(group); }
    void removed(GroupId group) override { m_server.forget(group); }

    cluster::JournalServer m_server;
    std::map<std::uint64_t, std::shared_ptr<Request>> m_requests;
    std::map<std::uint64_t, cluster::JournalOutcome> m_outcomes;
    std::uint64_t m_next = 1;
};

}  // namespace orrery::test
