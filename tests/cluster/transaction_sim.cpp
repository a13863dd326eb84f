#include "tests/cluster/transaction_sim.h"

#include <algorithm>

#include "tests/cluster/world_inputs.h"

// The actions of a run: clients, faults, stops; and its judges.

namespace orrery::test {

using namespace std::chrono_literals;
using cluster::PlantedBug;

namespace {

constexpr int kAccounts = 6;
constexpr int kSteps = 250;
constexpr std::int64_t kEach = 100;

cluster::WorldOptions drawOptions(std::uint64_t seed, Prng& prng, Prng& shape, PlantedBug bug) {
    cluster::WorldOptions options;
    options.profile =
        prng.chance({1, 3}) ? cluster::Profile::dropIn() : cluster::Profile::serviceLike();
    options.seed = seed;
    options.traceEvents = 64;
    options.logBounds = drawLogBounds(seed);
    options.logBounds.segmentRecords = 1 + shape.below(12);
    options.profile.expiryDelay = 1s * static_cast<std::int64_t>(shape.below(3));
    options.profile.timeToLiveInterval = {};
    options.plantedBug = bug;
    return options;
}

std::string account(int number) {
    return "account-" + std::to_string(number);
}

}  // namespace

TransactionRun::TransactionRun(std::uint64_t seed, PlantedBug bug)
    : m_prng(Prng::stream(seed, "transaction-sim")),
      m_shape(Prng::stream(seed, "transaction-sim-table")),
      m_has{m_shape.chance({1, 2}), m_shape.chance({1, 2}), m_shape.chance({1, 2})},
      m_disk(seed),
      m_t(drawOptions(seed, m_prng, m_shape, bug)),
      m_fault(m_prng.chance({1, 2}) ? Ratio{1, 60} : Ratio{1, 20}),
      m_kill(m_prng.chance({1, 2}) ? Ratio{1, 40} : Ratio{1, 200}) {
    createTable();
    std::vector<std::uint64_t> calls;
    for (int i = 0; i < kAccounts; ++i)
        calls.push_back(
            write(m_t, {.pk = account(i), .item = Numbers{{"n", kEach}, {"k", 0}, {"w", 0}}}));
    finish(m_t, calls);
    m_t.flush();
}

std::string TransactionRun::run() {
    for (int step = 0; step < kSteps && m_problem.empty(); ++step) {
        fault();
        m_disk.step(m_t);
        clients();
        m_t.run(Duration(1ms) * static_cast<std::int64_t>(1 + m_prng.below(40)));
        if (m_prng.chance({1, 2})) m_t.sync();
        collect();
        problem(judgeOwners(m_t.world(), m_t.store()));
        problem(judgeTrimMarks(m_t.world(), m_t.store()));
        problem(m_lasting.judge(m_t.world(), m_t.store()));
        if (m_prng.chance(m_kill)) kill();
    }
    if (m_problem.empty()) settle();
    if (m_problem.empty()) judgeOrder();
    return m_problem;
}

void TransactionRun::fault() {
    const std::string a = std::string("us-east-1") + char('a' + m_prng.below(3));
    const std::string b = std::string("us-east-1") + char('a' + m_prng.below(3));
    const Duration lasts = 1ms * static_cast<std::int64_t>(100 + m_prng.below(4000));
    const auto active =
        std::ranges::count_if(m_t.world().faults(), [](const auto& f) { return f.active; });
    if (active >= 2) return;
    if (m_prng.chance(m_fault)) static_cast<void>(failZone(m_t.world(), a, lasts));
    if (m_prng.chance({1, 50})) static_cast<void>(cutLink(m_t.world(), a, b, lasts));
}

void TransactionRun::kill() {
    m_shape.chance({1, 2}) ? m_t.reopen() : m_t.kill();
    m_disk.reopened(m_t);
    for (Client& client : m_clients)
        client = {};
    m_sums.clear();
    m_pairReads.clear();
    m_pairWrite = m_tokenCall = m_sessionCall = 0;
}

void TransactionRun::clients() {
    for (Client& client : m_clients) {
        if (client.doing != Client::Doing::Nothing || !m_prng.chance({1, 2})) continue;
        client.accounts.clear();
        std::vector<std::string> pks;
        const std::size_t count = 1 + m_prng.below(4);
        while (client.accounts.size() < count) {
            const int one = static_cast<int>(m_prng.below(kAccounts));
            if (std::ranges::find(client.accounts, one) != client.accounts.end()) continue;
            client.accounts.push_back(one);
            pks.push_back(account(one));
        }
        client.call = transactGet(m_t, pks, zone());
        client.doing = Client::Doing::Reading;
    }
    if (m_prng.chance({1, 3})) {
        std::vector<std::string> all;
        for (int i = 0; i < kAccounts; ++i)
            all.push_back(account(i));
        m_sums.insert(transactGet(m_t, all, zone()));
    }
    pairs();
    tokens();
    sessions();
}

void TransactionRun::pairs() {
    if (m_pairWrite == 0 && !m_disk.refuses() && m_prng.chance({1, 3})) {
        const std::int64_t value = ++m_pairValue;
        const bool isDelete = m_prng.chance({1, 3});
        std::vector<Act> acts;
        for (const char* pk : {"left", "right"})
            acts.push_back(isDelete ? Act{.pk = pk, .isDelete = true}
                                    : Act{.pk = pk, .item = Numbers{{"n", value}}});
        m_pairWrite = transact(m_t, acts, "", zone());
    }
    if (m_prng.chance({1, 3})) m_pairReads.insert(transactGet(m_t, {"left", "right"}, zone()));
}

void TransactionRun::tokens() {
    if (m_disk.refuses()) return;
    // A single write that no condition keeps apart from the transaction.
    if (m_prng.chance({1, 3})) {
        test::write(m_t, {.pk = "count-0", .update = "SET t = :t", .values = {{":t", 1}}}, zone());
    }
    if (m_tokenCall != 0) return;
    // Sometimes the client has lost the answer, and repeats what was done.
    m_isTokenDone = m_tokens > 0 && m_prng.chance({1, 4});
    const std::string token = "token-" + std::to_string(m_tokens + (m_isTokenDone ? 0 : 1));
    m_tokenCall = transact(m_t,
                           {{.pk = "count-0", .update = "ADD n :one", .values = {{":one", 1}}},
                            {.pk = "count-1", .update = "ADD n :one", .values = {{":one", 1}}}},
                           token, zone());
}

void TransactionRun::writeOn(Client& client, const std::vector<std::optional<Numbers>>& items) {
    client.operation = ++m_operations;
    Write& write = m_writes[client.operation];
    const bool isSingle = items.size() == 1 && m_prng.chance({1, 2});
    const std::int64_t amount = static_cast<std::int64_t>(m_prng.below(20));
    std::vector<Act> acts;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string pk = account(client.accounts[i]);
        const std::int64_t version = items[i]->at("k");
        // Two accounts are written; the others are only checked.
        if (i >= 2) {
            acts.push_back({.pk = pk, .condition = "k = :k", .values = {{":k", version}}});
            write.checks[pk] = static_cast<std::uint64_t>(version);
            continue;
        }
        const std::int64_t change = items.size() == 1 ? 0 : i == 0 ? -amount : amount;
        acts.push_back({.pk = pk,
                        .update = "SET n = n + :c, k = :next, w = :w",
                        .condition = "k = :k",
                        .values = {{":c", change},
                                   {":k", version},
                                   {":next", version + 1},
                                   {":w", static_cast<std::int64_t>(client.operation)}}});
        write.makes[pk] = static_cast<std::uint64_t>(version) + 1;
    }
    client.call = isSingle ? test::write(m_t, acts[0], zone()) : transact(m_t, acts, "", zone());
    client.doing = Client::Doing::Writing;
}

bool TransactionRun::isReleased(std::uint64_t call) {
    return m_t.done(call) && m_t.answer(call)->gate <= m_t.store().synced();
}

void TransactionRun::collect() {
    for (Client& client : m_clients) {
        if (client.doing == Client::Doing::Nothing || !isReleased(client.call)) continue;
        client.doing == Client::Doing::Reading ? haveRead(client) : haveWritten(client);
    }
    std::erase_if(m_sums, [&](std::uint64_t call) {
        if (!isReleased(call)) return false;
        if (!m_t.failed(call)) judgeSum(itemsOf(m_t, call));
        return true;
    });
    std::erase_if(m_pairReads, [&](std::uint64_t call) {
        if (!isReleased(call)) return false;
        if (!m_t.failed(call)) judgePair(itemsOf(m_t, call));
        return true;
    });
    if (m_pairWrite != 0 && isReleased(m_pairWrite)) m_pairWrite = 0;
    if (m_sessionCall != 0 && isReleased(m_sessionCall)) m_sessionCall = 0;
    if (m_tokenCall != 0 && isReleased(m_tokenCall)) {
        const std::string outcome = outcomeOf(m_t, m_tokenCall);
        if (outcome == "ok" && !m_isTokenDone) ++m_tokens;
        if (outcome == "IdempotentParameterMismatchException") problem("a token was mixed up");
        m_tokenCall = 0;
    }
}

void TransactionRun::haveRead(Client& client) {
    client.doing = Client::Doing::Nothing;
    if (m_t.failed(client.call)) return;
    const auto items = itemsOf(m_t, client.call);
    noteRead(client.accounts, items);
    if (m_problem.empty() && !m_disk.refuses()) writeOn(client, items);
}

void TransactionRun::haveWritten(Client& client) {
    client.doing = Client::Doing::Nothing;
    Write& write = m_writes[client.operation];
    const std::string outcome = outcomeOf(m_t, client.call);
    if (outcome == "ok") {
        write.fate = Write::Fate::Done;
        ++m_done;
        judgeSizes(client);
    } else if (!outcome.contains("InternalServerError")) {
        if (outcome.contains("Conflict")) ++m_conflicts;
        if (write.fate == Write::Fate::Done) problem("a cancelled transaction showed");
        write.fate = Write::Fate::Refused;
    }
}

void TransactionRun::judgeSum(const std::vector<std::optional<Numbers>>& items) {
    std::int64_t sum = 0;
    std::vector<int> all;
    for (const auto& item : items) {
        if (!item) return problem("an account is gone");
        sum += item->at("n");
        all.push_back(static_cast<int>(all.size()));
    }
    if (sum != kAccounts * kEach)
        return problem("the sum of the accounts is " + std::to_string(sum));
    noteRead(all, items);
}

void TransactionRun::judgePair(const std::vector<std::optional<Numbers>>& items) {
    if (items[0] != items[1]) problem("a pair differs");
}

void TransactionRun::noteRead(const std::vector<int>& accounts,
                              const std::vector<std::optional<Numbers>>& items) {
    const std::uint64_t operation = ++m_operations;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string pk = account(accounts[i]);
        const auto version = static_cast<std::uint64_t>(items[i]->at("k"));
        m_order.read(operation, pk, version);
        const auto writer = static_cast<std::uint64_t>(items[i]->at("w"));
        if (writer == 0) continue;
        Write& write = m_writes[writer];
        if (write.fate == Write::Fate::Refused) problem("a cancelled transaction showed");
        write.fate = Write::Fate::Done;
    }
}

void TransactionRun::judgeOrder() {
    for (const auto& [operation, write] : m_writes) {
        if (write.fate != Write::Fate::Done) continue;
        for (const auto& [pk, version] : write.makes)
            m_order.wrote(operation, pk, version);
        for (const auto& [pk, version] : write.checks)
            m_order.read(operation, pk, version);
    }
    problem(m_order.judge());
}

void TransactionRun::settle() {
    m_disk.accept(m_t);
    healAll(m_t.world());
    m_t.run(30s);
    m_t.sync();
    collect();
    std::vector<std::string> all;
    for (int i = 0; i < kAccounts; ++i)
        all.push_back(account(i));
    const std::uint64_t sums = transactGet(m_t, all);
    const std::uint64_t pair = transactGet(m_t, {"left", "right"});
    finish(m_t, {sums, pair});
    if (outcomeOf(m_t, sums) != "ok" || outcomeOf(m_t, pair) != "ok")
        return problem("no answer after healing: " + outcomeOf(m_t, sums) + "; " +
                       outcomeOf(m_t, pair));
    judgeSum(itemsOf(m_t, sums));
    judgePair(itemsOf(m_t, pair));
    settleTokens();
    m_t.run(10s);
    m_t.sync();
    problem(judgeAtRest(m_t.world(), m_t.store(), m_lasting));
    settlePrepared();
}

void TransactionRun::settleTokens() {
    bool isDone = false;
    for (int tries = 0; tries < 20 && !isDone; ++tries) {
        tokens();
        const std::uint64_t call = m_tokenCall;
        finish(m_t, {call});
        m_t.sync();
        collect();
        isDone = outcomeOf(m_t, call) == "ok" && !m_isTokenDone;
        if (!isDone) m_t.run(2s);
    }
    if (!isDone) return problem("a token is never done");
    const std::uint64_t counts = transactGet(m_t, {"count-0", "count-1"});
    finish(m_t, {counts});
    const auto items = itemsOf(m_t, counts);
    if (!items[0] || !items[1] || items[0]->at("n") != items[1]->at("n"))
        return problem("the counts differ");
    if (items[0]->at("n") != m_tokens)
        problem("a token did not count once: " + std::to_string(m_tokens) +
                " were used, counted are " + std::to_string(items[0]->at("n")));
}

void TransactionRun::settlePrepared() {
    for (int i = 0; i < kAccounts; ++i) {
        const std::uint64_t write =
            test::write(m_t, {.pk = account(i), .update = "SET t = :t", .values = {{":t", 1}}});
        finish(m_t, {write});
        if (outcomeOf(m_t, write) != "ok")
            return problem("an item is left prepared: " + outcomeOf(m_t, write));
    }
    m_t.run(12min);
    m_t.flush();
    if (!m_t.world().jobs().empty()) problem("a recovery has no end");
    const Instant next = m_t.world().nextEventAt();
    // What a stream has is trimmed after a day.
    if (!m_has.stream && next != Instant::never()) problem("the world does not rest");
    if (m_problem.empty()) settleTable();
}

void TransactionRun::problem(std::string what) {
    if (m_problem.empty()) m_problem = std::move(what);
}

}  // namespace orrery::test
