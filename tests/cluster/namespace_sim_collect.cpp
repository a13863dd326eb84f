#include <algorithm>

#include "core/types/item_codec.h"
#include "tests/cluster/namespace_sim.h"
#include "tests/cluster/transaction_calls.h"

// The results of a run: answers, what exists after a stop, and the judges.

namespace orrery::test {

namespace {

constexpr std::uint64_t kNumbersPerLife = 1'000'000;

std::optional<std::string> textOf(std::string_view image, const std::string& attribute) {
    const auto value = types::EncodedItem(image).find(attribute);
    if (!value) return std::nullopt;
    return *value->as<std::string>();
}

/// The number in a view; 0: no item.
std::uint64_t numberOf(const cluster::ItemView& view) {
    return view ? std::stoull(textOf(view.attributes(), "number").value_or("0")) : 0;
}

}  // namespace

void NamespaceSim::problem(std::string what) {
    if (m_report.violation.empty()) m_report.violation = std::move(what);
}

bool NamespaceSim::isReleased(std::uint64_t call) const {
    return m_t.done(call) && m_t.answer(call)->gate <= m_t.store().synced();
}

void NamespaceSim::collect() {
    for (Namespace& space : m_spaces) {
        collectWrites(space);
        collectAdmin(space);
        collectToken(space);
    }
    const auto take = [&](auto& calls, auto body) {
        std::erase_if(calls, [&](const auto& entry) {
            if (!isReleased(entry.first)) return false;
            if (!m_t.failed(entry.first)) body(entry.first, entry.second);
            return true;
        });
    };
    take(m_reads, [&](std::uint64_t call, const Read& read) { collectRead(call, read); });
    take(m_counts, [&](std::uint64_t call, const CountRead& read) { collectCount(call, read); });
    take(m_streamReads, [&](std::uint64_t call, KeySpaceId table) { collectStream(call, table); });
    collectReset();
}

void NamespaceSim::collectWrites(Namespace& space) {
    for (Table& table : space.tables) {
        for (Item& item : table.items) {
            if (item.writing == 0 || !isReleased(item.writing)) continue;
            if (m_t.failed(item.writing)) {
                item.history.giveUp();
            } else {
                item.history.acknowledge();
                ++m_report.writesDone;
            }
            item.writing = 0;
        }
    }
}

void NamespaceSim::collectAdmin(Namespace& space) {
    if (space.adminCall == 0 || !isReleased(space.adminCall)) return;
    const std::uint64_t call = std::exchange(space.adminCall, 0);
    if (m_t.failed(call) || space.change == Change::Set) return;
    Table& table = space.tables[space.changing];
    if (space.change == Change::Delete) {
        table.isThere = false;
    } else {
        begin(space, table, *std::get<cluster::TableReply>(*m_t.answer(call)->result).table);
    }
}

void NamespaceSim::begin(Namespace& space, Table& table, const cluster::TableDescription& made) {
    if (made.accountId != space.accountId) problem("a table of another namespace was made");
    ++m_report.tablesMade;
    table.isThere = true;
    table.life = ++m_lastLife;
    table.space = made.space;
    m_lives[made.space] = table.life;
    for (Item& item : table.items)
        item = {ItemHistory(table.life * kNumbersPerLife)};
}

// A transaction that failed is repeated with its token.
void NamespaceSim::collectToken(Namespace& space) {
    if (space.tokenCall == 0 || !isReleased(space.tokenCall)) return;
    const std::string outcome = outcomeOf(m_t, std::exchange(space.tokenCall, 0));
    if (outcome == "IdempotentParameterMismatchException") problem("a token was mixed up");
    if (outcome != "ok") return;
    ++space.token;
    ++space.counted;
    ++m_report.tokens;
}

void NamespaceSim::collectRead(std::uint64_t call, const Read& read) {
    const Namespace& space = m_spaces[read.space];
    Table& table = m_spaces[read.space].tables[read.table];
    if (!table.isThere || table.life != read.life) return;
    std::array<std::uint64_t, kItems> numbers{};
    const cluster::Reply& reply = *m_t.answer(call)->result;
    if (const auto* one = std::get_if<cluster::ItemReply>(&reply)) {
        numbers.at(read.item) = numberOf(one->item);
    } else {
        for (const cluster::ItemView& view : std::get<cluster::RangeReply>(reply).items) {
            const std::string pk = *textOf(view.attributes(), "pk");
            if (pk.starts_with("count")) continue;
            numbers.at(std::stoul(pk.substr(1))) = numberOf(view);
        }
    }
    ++m_report.strongReads;
    for (std::size_t item = 0; item < kItems; ++item) {
        if (read.item != kItems && read.item != item) continue;
        const std::string wrong =
            table.items[item].history.showStrong(numbers[item], read.floors[item]);
        if (!wrong.empty())
            problem("a read of " + table.name + " item " + std::to_string(item) + " of " +
                    space.accountId + " " + wrong);
    }
}

void NamespaceSim::collectCount(std::uint64_t call, const CountRead& read) {
    const Namespace& space = m_spaces[read.space];
    if (!space.tables[0].isThere || space.tables[0].life != read.life) return;
    const auto items = itemsOf(m_t, call);
    if (items[0] != items[1]) return problem("the two counts of " + space.accountId + " differ");
    const std::int64_t n = items[0] ? items[0]->at("n") : 0;
    if (n < read.floor || n > space.counted + 1)
        problem("a token did not count once: the count of " + space.accountId + " is " +
                std::to_string(n) + ", and " + std::to_string(space.counted) +
                " are known to have counted");
}

// A stream shows only what was written to its table.
void NamespaceSim::collectStream(std::uint64_t call, KeySpaceId table) {
    const auto life = m_lives.find(table);
    if (life == m_lives.end()) return;
    const auto& reply = std::get<cluster::StreamReply>(*m_t.answer(call)->result);
    for (const cluster::StreamEntry& entry : reply.entries) {
        ++m_report.streamEntries;
        const auto number = textOf(entry.newImage ? *entry.newImage : *entry.oldImage, "number");
        if (number && std::stoull(*number) / kNumbersPerLife != life->second)
            problem("a stream shows a write of another table: " + *number);
    }
}

// Whoever asked for the reset is answered, which takes time.
void NamespaceSim::collectReset() {
    if (!m_reset || !m_reset->isDone || m_reset->gate > m_t.store().synced()) return;
    if (m_t.world().now() == m_reset->doneAt) return;
    for (const std::size_t i : m_reset->spaces) {
        Namespace& space = m_spaces[i];
        for (Table& table : space.tables)
            table.isThere = false;
        space.token = 1;
        space.counted = 0;
        space.isResetting = false;
        space.isEmpty = true;
    }
    m_reset.reset();
    ++m_report.resets;
}

// --- stops

// After a stop: changes whose answers were released are as the clients were told; changes in
// progress are done or not. A reset that nobody was told of is asked for again.
void NamespaceSim::takeStock() {
    m_reads.clear();
    m_counts.clear();
    m_streamReads.clear();
    if (m_reset) {
        ++m_report.interrupted;
        m_reset->isDone = false;
    }
    for (Namespace& space : m_spaces)
        takeStock(space);
}

void NamespaceSim::takeStock(Namespace& space) {
    const bool wasChanging = std::exchange(space.adminCall, 0) != 0;
    space.tokenCall = 0;
    for (std::size_t number = 0; number < kTables; ++number) {
        Table& table = space.tables[number];
        for (Item& item : table.items) {
            item.history.killed();
            item.writing = 0;
        }
        const auto mayBe = [&](Change change) {
            return wasChanging && space.changing == number && space.change == change;
        };
        const cluster::TablePtr there = find(space, number);
        const bool isThere = there != nullptr && there->status != cluster::TableStatus::Deleting;
        if (isThere && !table.isThere) {
            if (!mayBe(Change::Create))
                return problem("table " + table.name + " of " + space.accountId + " is back");
            begin(space, table, *there);
        } else if (!isThere && table.isThere && !space.isResetting) {
            if (!mayBe(Change::Delete))
                return problem("table " + table.name + " of " + space.accountId + " is lost");
            table.isThere = false;
        }
    }
}

// --- judges

// No namespace loses anything to the reset of another one; what a reset dropped is gone as a whole;
// and after a reset there is nothing.
void NamespaceSim::judgeSpaces() {
    const cluster::Catalog& catalog = m_t.world().catalog();
    for (const Namespace& space : m_spaces) {
        if (space.isEmpty) judgeEmpty(space);
        for (const Table& table : space.tables) {
            if (!table.isThere || catalog.find(table.space) != nullptr) continue;
            const bool isDeleted = space.adminCall != 0 && space.change == Change::Delete;
            if (!space.isResetting && !isDeleted)
                problem("table " + table.name + " of " + space.accountId + " is lost");
            if (space.isResetting && !catalog.streams().ofTable(table.space).empty())
                problem("a stream of " + space.accountId + " outlives its table in a reset");
        }
    }
}

void NamespaceSim::judgeEmpty(const Namespace& space) {
    const cluster::Catalog& catalog = m_t.world().catalog();
    if (!catalog.ofAccount(space.accountId, 1).empty())
        problem("a table of " + space.accountId + " outlives a reset");
    if (!catalog.streams().ofAccount(space.accountId, 1).empty())
        problem("a stream of " + space.accountId + " outlives a reset");
}

void NamespaceSim::judgeAtRest() {
    judgeSpaces();
    m_t.reclaim();
    problem(test::judgeAtRest(m_t.world(), m_t.store(), m_lasting));
    judgeArchives();
}

void NamespaceSim::judgeArchives() {
    const cluster::Catalog& catalog = m_t.world().catalog();
    for (const auto& [table, life] : m_lives) {
        if (catalog.find(table) != nullptr || !catalog.streams().ofTable(table).empty()) continue;
        if (!m_t.store().archiveSegments(table).empty())
            problem("the archive of key space " + std::to_string(table.value()) +
                    " outlives its table and streams");
    }
}

}  // namespace orrery::test
