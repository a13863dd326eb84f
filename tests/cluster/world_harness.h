#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/account_id.h"
#include "core/base/prng.h"
#include "core/cluster/world/world.h"
#include "core/storage/stores.h"
#include "tests/cluster/request_call.h"

namespace orrery::test {

/// Marks that move with nearly every record; in half of the seeds, so little is held back for a
/// replica that is away that it needs a copy, in pieces of a few keys.
cluster::LogBounds drawLogBounds(std::uint64_t seed);

/// What the wall clock shows when a world is first opened.
inline constexpr CalendarTime kCalendar{std::chrono::seconds(1'800'000'000)};

/// A world on a store in memory, driven from event to event. Calls return at once; `run` lets time
/// pass, and answers are found by the number that the call returned.
class WorldHarness {
public:
    explicit WorldHarness(cluster::Profile profile = cluster::Profile::dropIn(),
                          std::uint64_t seed = 1, std::size_t traceEvents = 16'384,
                          const cluster::LogBounds& logBounds = {});
    explicit WorldHarness(cluster::WorldOptions options);
    WorldHarness(cluster::WorldOptions options, std::unique_ptr<storage::MemoryStore> store);

    cluster::World& world() { return *m_world; }
    storage::MemoryStore& store() const { return *m_store; }

    /// A table "T" with keys pk (S) and sk (S, if `sort`) in us-east-1, four partitions.
    void createTable(bool sort = false, const std::vector<cluster::SecondaryIndex>& indexes = {});
    /// Another one, which later puts and reads use.
    void createTableNamed(std::string name);
    /// Later calls come from this account (base/account_id.h), and its tables are found.
    void useAccount(std::string id) { m_account = std::move(id); }
    /// Later puts and reads use this table.
    void use(std::string name) { m_table = std::move(name); }
    const std::string& tableName() const { return m_table; }
    std::uint64_t put(const std::string& pk,
                      const std::map<std::string, std::string>& attributes = {},
                      std::uint8_t zone = 0);
    /// The same by a transaction that also checks another item, whose condition always holds.
    std::uint64_t transactPut(const std::string& pk,
                              const std::map<std::string, std::string>& attributes,
                              const std::string& checked, std::uint8_t zone = 0);
    std::uint64_t get(const std::string& pk, bool consistent, std::uint8_t zone = 0);
    std::uint64_t remove(const std::string& pk);
    /// The whole of "T" in one page.
    std::uint64_t scan(bool consistent, std::uint8_t zone = 0);
    /// Adds a global index to "T".
    std::uint64_t addIndex(const cluster::SecondaryIndex& index);
    std::uint64_t submit(std::string name, RequestCall::Bind bind, std::uint8_t zone = 0);
    std::uint64_t submitIn(std::string region, std::string name, RequestCall::Bind bind,
                           std::uint8_t zone = 0);

    /// Lets virtual time pass, in turns of at most `eventsMax` events.
    void run(Duration by, std::size_t eventsMax = SIZE_MAX);
    /// One turn: at most `eventsMax` events. False if something is still due by `until`.
    bool turn(Instant until, std::size_t eventsMax);
    /// Asked before each turn ends; a turn that is refused is not committed, as where a judge saw
    /// what a CHECK would end the process for.
    void setBeforeCommit(std::function<bool()> mayCommit) { m_mayCommit = std::move(mayCommit); }
    /// Has the store write everything, as workers would.
    void sync();
    /// Syncs and writes the trees.
    void flush();
    /// Has jobs and store erase what was dropped, range after range.
    void reclaim();
    /// What the store accepts from now on.
    void setAccepts(cluster::Accepted accepted, std::uint64_t room = UINT64_MAX);
    void setAccepts(bool writes) {
        setAccepts(writes ? cluster::Accepted::Everything : cluster::Accepted::Nothing);
    }
    /// Kills the process and restarts it with what is synced.
    void kill();
    /// Stops the process normally and restarts it.
    void restart();
    /// Kills the process and starts another on the same disk. Unlike after `kill`, the store is a
    /// new object, whose tickets begin anew.
    void reopen();
    /// What the wall clock shows at the next start.
    void setWallClock(CalendarTime shows) { m_wallClock = shows; }
    /// The options of the next start.
    cluster::WorldOptions& options() { return m_options; }

    const cluster::Answered* answer(std::uint64_t id) const;
    /// The attribute of an item in the answer of a read, or "" if there is no item.
    std::string read(std::uint64_t id, const std::string& attribute = "v") const;
    /// The partition keys in the answer of a scan, in order.
    std::vector<std::string> keys(std::uint64_t id) const;
    bool failed(std::uint64_t id) const;
    bool done(std::uint64_t id) const { return answer(id) != nullptr; }

    /// The leading zone of each partition of the first table, in order; -1 for none.
    std::vector<int> leaders();

    cluster::TablePtr table() const { return find(m_table); }
    cluster::TablePtr find(std::string_view name) const;

private:
    void open();

    cluster::WorldOptions m_options;
    CalendarTime m_wallClock = kCalendar;
    Prng m_storePrng;  ///< When the store does what it defers.
    std::unique_ptr<storage::MemoryStore> m_store;
    std::unique_ptr<cluster::World> m_world;
    std::map<std::uint64_t, cluster::Answered> m_answers;
    std::uint64_t m_next = 1;
    std::function<bool()> m_mayCommit;
    std::string m_account{kSharedAccount};
    std::string m_table = "T";
};

/// A global index "ByColour" on the attribute `colour`, a string.
cluster::SecondaryIndex colourIndex();

}  // namespace orrery::test
