#include <algorithm>

#include "core/base/check.h"
#include "core/types/item_codec.h"
#include "tests/cluster/table_sim.h"

// The results of a run: answers, what exists after a stop, and the judges.

namespace orrery::test {

using namespace std::chrono_literals;

namespace {

/// The number in a view; 0: no item.
std::uint64_t numberOf(const cluster::ItemView& view) {
    if (!view) return 0;
    const auto number = types::EncodedItem(view.attributes()).find("number");
    return std::stoull(*number->as<std::string>());
}

}  // namespace

void TableSim::problem(std::string what) {
    if (m_report.violation.empty()) m_report.violation = std::move(what);
}

bool TableSim::isChanging(int table) const {
    return std::ranges::any_of(m_admin,
                               [&](const auto& entry) { return entry.second.table == table; });
}

cluster::TablePtr TableSim::find(int table) const {
    return m_t.find(m_tables[static_cast<std::size_t>(table)].name);
}

bool TableSim::isReleased(std::uint64_t call) const {
    return m_t.done(call) && m_t.answer(call)->gate <= m_t.store().synced();
}

void TableSim::collect() {
    for (Table& table : m_tables) {
        for (Item& item : table.items) {
            if (item.writing == 0 || !isReleased(item.writing)) continue;
            if (m_t.failed(item.writing)) {
                item.history.giveUp();
            } else {
                item.history.acknowledge();
                ++m_report.writesDone;
                if (item.askedWhileLow != 0 && item.askedWhileLow == m_disk.lowNow())
                    problem("a put was carried out though the disk is low on room");
            }
            item.writing = 0;
        }
    }
    const auto take = [&](auto& calls, auto body) {
        std::erase_if(calls, [&](const auto& entry) {
            if (!isReleased(entry.first)) return false;
            body(entry.first, entry.second);
            return true;
        });
    };
    take(m_reads, [&](std::uint64_t call, const Read& read) { collectRead(call, read); });
    take(m_scans, [&](std::uint64_t call, const Scan& scan) { collectScan(call, scan); });
    take(m_admin, [&](std::uint64_t call, const Admin& admin) { collectAdmin(call, admin); });
}

void TableSim::collectAdmin(std::uint64_t call, const Admin& admin) {
    if (m_t.failed(call)) return;
    Table& table = m_tables[static_cast<std::size_t>(admin.table)];
    switch (admin.change) {
        case Change::Create:
            ++m_report.tablesMade;
            begin(table, admin.hasSort);
            break;
        case Change::Delete:
            ++m_report.tablesDeleted;
            table.isThere = false;
            break;
        case Change::AddIndex:
            ++m_report.indexesMade;
            table.indexes.insert(admin.index);
            break;
        case Change::DropIndex:
            ++m_report.indexesDeleted;
            break;
    }
}

void TableSim::begin(Table& table, bool hasSort) {
    ++table.lives;
    table.isThere = true;
    table.hasSort = hasSort;
    table.indexes.clear();
    for (const auto& index : m_t.find(table.name)->indexes)
        table.indexes.insert(index.name);
    for (Item& item : table.items)
        item = {ItemHistory(static_cast<std::uint64_t>(table.lives) * 1'000'000)};
}

void TableSim::collectRead(std::uint64_t call, const Read& read) {
    Table& table = m_tables[static_cast<std::size_t>(read.table)];
    if (m_t.failed(call) || !table.isThere || table.lives != read.life) return;
    ItemHistory& history = table.items[static_cast<std::size_t>(read.item)].history;
    const auto number = numberOf(std::get<cluster::ItemReply>(*m_t.answer(call)->result).item);
    const std::string wrong =
        read.strong ? history.showStrong(number, read.floor) : history.showAny(number);
    if (read.strong) ++m_report.strongReads;
    if (!wrong.empty())
        problem((read.strong ? "a strong read of " : "a read of ") + table.name + " item " +
                std::to_string(read.item) + " " + wrong);
}

void TableSim::collectScan(std::uint64_t call, const Scan& scan) {
    Table& table = m_tables[static_cast<std::size_t>(scan.table)];
    if (m_t.failed(call) || !table.isThere || table.lives != scan.life) return;
    std::array<std::uint64_t, kItems> numbers{};
    const auto& page = std::get<cluster::RangeReply>(*m_t.answer(call)->result);
    for (const cluster::ItemView& view : page.items) {
        const types::EncodedItem item(view.attributes());
        int index = std::stoi(item.find("pk")->as<std::string>()->substr(1));
        if (table.hasSort)
            index = index * 3 + std::stoi(item.find("sk")->as<std::string>()->substr(1));
        std::uint64_t& number = numbers[static_cast<std::size_t>(index)];
        if (number != 0) problem("a scan of " + table.name + " shows an item twice");
        number = numberOf(view);
    }
    for (std::size_t item = 0; item < kItems; ++item) {
        const std::string wrong =
            table.items[item].history.showStrong(numbers[item], scan.floors[item]);
        if (!wrong.empty())
            problem("a strong scan of " + table.name + " item " + std::to_string(item) + " " +
                    wrong);
    }
}

// After a stop: changes whose answers were released are as the clients were told; changes in
// progress are done or not.
void TableSim::takeStock() {
    m_reads.clear();
    m_scans.clear();
    const std::map<std::uint64_t, Admin> inFlight = std::exchange(m_admin, {});
    for (int table = 0; table < kTables; ++table) {
        std::optional<Admin> admin;
        for (const auto& [call, one] : inFlight) {
            if (one.table == table) admin = one;
        }
        takeStock(table, admin);
    }
    problem(judgeOwners(m_t.world(), m_t.store()));
}

void TableSim::takeStock(int number, const std::optional<Admin>& inFlight) {
    Table& table = m_tables[static_cast<std::size_t>(number)];
    for (Item& item : table.items) {
        item.history.killed();
        item.writing = 0;
    }
    const cluster::TablePtr there = find(number);
    const bool isThere = there != nullptr && there->status != cluster::TableStatus::Deleting;
    if (isThere && !table.isThere) {
        if (!inFlight || inFlight->change != Change::Create)
            return problem("table " + table.name + " is back");
        begin(table, inFlight->hasSort);
    } else if (!isThere && table.isThere) {
        if (!inFlight || inFlight->change != Change::Delete)
            problem("table " + table.name + " is lost");
        table.isThere = false;
    }
    if (!table.isThere) return;
    for (const std::string& index : table.indexes) {
        if (there->findIndex(index) == nullptr)
            problem("index " + index + " of " + table.name + " is lost");
    }
}

void TableSim::judgeAtRest() {
    problem(test::judgeAtRest(m_t.world(), m_t.store(), m_lasting));
    for (int table = 0; table < kTables && m_report.violation.empty(); ++table) {
        if (m_tables[static_cast<std::size_t>(table)].isThere) readEverything(table);
    }
}

void TableSim::readEverything(int table) {
    if (find(table) == nullptr) return problem("a table is lost");
    scan(table);
    if (m_scans.empty()) return;
    const std::uint64_t call = m_scans.rbegin()->first;
    m_t.run(3s);
    m_t.sync();
    if (!m_t.done(call) || m_t.failed(call)) problem("no answer after healing");
    collect();
}

}  // namespace orrery::test
