#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/backend.h"

namespace orrery::test {

/// A backend without an engine, for tests of the window alone: tables with any number of made-up
/// items, zones that fail and heal as the control calls say, a clock. Like the real one it answers
/// later; it records every call.
class FakeBackend : public app::Backend {
public:
    struct Call {
        std::string region;  ///< Empty for control calls.
        std::string name;    ///< "PutItem", "POST /faults".
        std::string json;
        std::string accountId{};
    };

    FakeBackend();

    /// Adds a table with a string key `id` and an index `ByScore`. Its items are made when they are
    /// looked at.
    void addTable(const std::string& name, std::int64_t items);
    /// Acts as if an application had sent requests; each read of zone b is some records behind.
    void serveRequests(int count);
    /// Makes the replicas of a zone fall behind by this many records.
    void setLag(int zone, std::uint64_t records);
    /// Long work that the world has under way.
    void setJobs(std::vector<observe::JobView> jobs) { m_jobs = std::move(jobs); }
    /// Changes each snapshot before the window gets it.
    void changeSnapshots(std::function<void(observe::Snapshot&)> change) {
        m_change = std::move(change);
    }
    /// Moves the virtual clock.
    void advance(Duration by);

    const std::vector<Call>& calls() const { return m_calls; }
    /// The last call of this name, or null.
    const Call* lastCall(const std::string& name) const;
    /// From now on, calls of this operation fail with an InternalServerError; empty: none do.
    void failCallsOf(const std::string& operation) { m_failing = operation; }
    /// The next call fails with this error.
    void refuseNextCall(const std::string& type, const std::string& message);

    void call(const Scope& scope, std::string_view operation, std::string_view json,
              AnswerHandler handler) override;
    void deleteItem(const Scope& scope, std::string_view json, Lsn itemLsn,
                    AnswerHandler handler) override;
    void control(std::string_view method, std::string_view target, std::string_view json,
                 AnswerHandler handler) override;
    observe::SnapshotPtr snapshot() override;
    std::vector<observe::Event> events(EventId after, std::size_t limit) override;
    std::vector<Diagnostic> check(std::string_view expression) override;
    std::string endpoint() const override { return "http://127.0.0.1:8000"; }
    std::string endpointProblem() const override { return {}; }
    std::string dataFolder() const override { return "/data"; }

private:
    struct Table {
        std::string name;
        std::int64_t items = 0;
        std::uint64_t written = 0;  ///< Number of puts so far, which move the commit LSN.
    };
    void answerLater(int status, const std::string& body, AnswerHandler handler);
    std::string controlBody(const std::string& call, const std::string& target,
                            const std::string& json, int& status);
    std::string itemsBody(const std::string& target) const;
    std::string itemBody(const std::string& target) const;
    observe::TableViewPtr makeTable(const Table& table) const;
    std::vector<observe::PartitionView> makePartitions(std::int64_t items, std::uint64_t group,
                                                       std::uint64_t written) const;
    std::string addFault(const std::string& json);

    std::vector<Table> m_tables;
    std::vector<Call> m_calls;
    std::vector<observe::FaultView> m_faults;
    std::vector<observe::JobView> m_jobs;
    std::vector<observe::Event> m_events;
    std::array<std::uint64_t, kZonesPerRegion> m_lag{};
    observe::ClockView m_clock;
    std::string m_profile = "service-like";
    std::uint64_t m_nextFault = 1;
    std::uint64_t m_requests = 0;
    std::string m_refusal;
    std::string m_failing;
    std::function<void(observe::Snapshot&)> m_change = [](observe::Snapshot&) {};
    QObject m_context;  // Its end also ends pending answers.
};

}  // namespace orrery::test
