#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/prng.h"
#include "core/check/serial_order.h"
#include "tests/cluster/random_disk.h"
#include "tests/cluster/transaction_calls.h"
#include "tests/cluster/world_judges.h"

namespace orrery::test {

/// One seed of transaction_sim_test.cpp, which says what it does and judges.
class TransactionRun {
public:
    explicit TransactionRun(std::uint64_t seed,
                            cluster::PlantedBug bug = cluster::PlantedBug::None);

    /// Empty, or the broken promise.
    std::string run();
    std::uint64_t hash() { return m_t.world().eventHash(); }
    int done() const { return m_done; }
    int conflicts() const { return m_conflicts; }
    int streamed() const { return m_streamed; }
    int refusals() const { return m_disk.refusals(); }
    int lows() const { return m_disk.lows(); }

private:
    static constexpr int kClients = 4;

    /// What a client has under way on the accounts.
    struct Client {
        enum class Doing { Nothing, Reading, Writing };
        Doing doing = Doing::Nothing;
        std::uint64_t call = 0;
        std::vector<int> accounts;
        std::uint64_t operation = 0;  ///< The write's number.
    };

    /// A write of some accounts: what it makes and what it only checks.
    struct Write {
        enum class Fate { Unknown, Done, Refused };
        Fate fate = Fate::Unknown;
        std::map<std::string, std::uint64_t> makes;   ///< Versions.
        std::map<std::string, std::uint64_t> checks;  ///< Versions.
    };

    /// What the table has besides its global index.
    struct Has {
        bool localIndex = false;
        bool stream = false;
        bool timeToLive = false;
    };

    // --- the table; transaction_sim_table.cpp

    void createTable();
    void sessions();
    void settleTable();
    void judgeSizes(const Client& client);
    void judgeCollections();
    void judgeStream();
    void follow(std::map<std::string, std::string>& images, const cluster::StreamEntry& entry);

    // --- what happens to the world

    void fault();
    void kill();

    // --- clients

    std::uint8_t zone() { return static_cast<std::uint8_t>(m_prng.below(3)); }
    void clients();
    void pairs();

    // One transaction at a time is repeated until it is known to be done.
    void tokens();

    /// The client has read its accounts and now writes some of them.
    void writeOn(Client& client, const std::vector<std::optional<Numbers>>& items);

    // --- answers

    bool isReleased(std::uint64_t call);
    void collect();
    void haveRead(Client& client);
    void haveWritten(Client& client);

    // --- judges

    void judgeSum(const std::vector<std::optional<Numbers>>& items);
    void judgePair(const std::vector<std::optional<Numbers>>& items);
    void noteRead(const std::vector<int>& accounts,
                  const std::vector<std::optional<Numbers>>& items);
    void judgeOrder();

    // --- the end

    void settle();
    void settleTokens();
    void settlePrepared();
    void problem(std::string what);

    Prng m_prng;
    Prng m_shape;  ///< For what came later, so that kept seeds stay what they were.
    const Has m_has;
    RandomDisk m_disk;
    WorldHarness m_t;
    const Ratio m_fault;
    const Ratio m_kill;
    LastingJudges m_lasting;
    std::array<Client, kClients> m_clients;
    std::map<std::uint64_t, Write> m_writes;
    std::uint64_t m_operations = 0;
    check::SerialOrder m_order;
    std::set<std::uint64_t> m_sums;
    std::uint64_t m_pairWrite = 0;
    std::int64_t m_pairValue = 0;
    std::set<std::uint64_t> m_pairReads;
    std::uint64_t m_tokenCall = 0;
    bool m_isTokenDone = false;  ///< The call repeats a transaction that is known to be done.
    std::uint64_t m_sessionCall = 0;
    std::int64_t m_tokens = 0;  ///< Those whose transactions are known to be done.
    int m_done = 0;
    int m_conflicts = 0;
    int m_streamed = 0;  ///< Records of the stream.
    std::string m_problem;
};

}  // namespace orrery::test
