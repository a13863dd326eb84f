#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/control/control.h"
#include "core/json/json.h"

namespace orrery::control {

/// The arguments of one control call.
struct Call {
    cluster::World& world;
    sim::LiveClock& clock;
    Host& host;
    std::string_view rest;  ///< The path after the verb's own: the id of DELETE /faults/7.
    std::map<std::string, std::string, std::less<>> query;
    std::string_view body;

    /// A value of the query, or empty.
    std::string_view argument(std::string_view name) const {
        const auto found = query.find(name);
        return found == query.end() ? std::string_view() : std::string_view(found->second);
    }
};

Response getStatus(const Call& call);
Response getSnapshot(const Call& call);
Response getMetrics(const Call& call);
Response getEvents(const Call& call);

Response postFault(const Call& call);
Response getFaults(const Call& call);
Response deleteFault(const Call& call);
Response deleteFaults(const Call& call);

Response getJobs(const Call& call);
Response deleteJob(const Call& call);

Response getClock(const Call& call);
Response putClock(const Call& call);
Response postStep(const Call& call);
Response postAdvance(const Call& call);

Response getProfile(const Call& call);
Response putProfile(const Call& call);

Response getRegions(const Call& call);
Response putRegion(const Call& call);
Response getLinks(const Call& call);
Response putLink(const Call& call);

Response getConflicts(const Call& call);

Response getGlobalTables(const Call& call);
Response getReplication(const Call& call);

Response postReset(const Call& call);

Response getItems(const Call& call);
Response getItem(const Call& call);
Response getChecksums(const Call& call);

/// Writes a reply about a snapshot, some tables at a time.
class SnapshotWriter {
public:
    virtual ~SnapshotWriter() = default;
    /// Appends at most `tablesMax` tables, or rows of another kind, and the text before, between
    /// and after them. Returns false after the last piece.
    virtual bool write(std::string& out, std::size_t tablesMax) = 0;
};
using MakeSnapshotWriter =
    std::function<std::unique_ptr<SnapshotWriter>(std::shared_ptr<observe::Snapshot>)>;

/// Answers with a writer's text about the present world. A world of many tables is looked at and
/// written over many turns; each table is shown as of one of them.
Response showWorld(const Call& call, std::string_view contentType, const MakeSnapshotWriter& make);

/// The reply of GET /snapshot.
std::unique_ptr<SnapshotWriter> writeSnapshotJson(observe::SnapshotPtr snapshot);

/// The part of GET /metrics about the replication between Regions.
std::unique_ptr<SnapshotWriter> writeReplicationMetrics(observe::SnapshotPtr snapshot);

/// The current state of the clock.
observe::ClockView clockView(const Call& call);

/// The body of a call as a JSON object, or an error text.
class Body {
public:
    /// Refuses members other than `known`: a name that is spelt wrong must not change what a call
    /// does.
    static std::expected<Body, std::string> parse(std::string_view text,
                                                  std::initializer_list<std::string_view> known);
    static std::expected<Body, std::string> parse(std::string_view text);
    /// Why the body is refused if it may have no other members than these.
    std::optional<std::string> refusedMember(std::span<const std::string_view> known) const;

    bool has(std::string_view name) const;
    /// The string member, or nothing if it is missing or not a string.
    std::optional<std::string> string(std::string_view name) const;
    std::optional<double> number(std::string_view name) const;
    std::optional<bool> boolean(std::string_view name) const;
    std::vector<std::string> strings(std::string_view name) const;

private:
    explicit Body(json::Value value);
    std::shared_ptr<const json::Value> m_value;
};

}  // namespace orrery::control
