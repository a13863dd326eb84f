#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/types/item_codec.h"
#include "tests/cluster/global_sim.h"
#include "tests/cluster/world_judges.h"

// The results of a run: answers and the judges.

namespace orrery::test {

namespace {

/// The number in a view; 0: no item.
std::uint64_t numberOf(const cluster::ItemView& view) {
    if (!view) return 0;
    const auto number = types::EncodedItem(view.attributes()).find("w");
    CHECK(number.has_value());
    return std::stoull(*number->as<std::string>());
}

}  // namespace

void GlobalSim::problem(std::string what) {
    if (m_report.violation.empty()) m_report.violation = std::move(what);
}

bool GlobalSim::isReleased(std::uint64_t call) const {
    return call != 0 && m_t.done(call) && m_t.answer(call)->gate <= m_t.store().synced();
}

void GlobalSim::collect() {
    // Each answer is judged once, also that of a transaction with two writers.
    std::set<std::uint64_t> released;
    for (auto& writers : m_writers) {
        for (Writer& writer : writers) {
            if (!isReleased(writer.call)) continue;
            released.insert(writer.call);
            collectWrite(writer);
        }
    }
    std::erase_if(m_reads, [&](const auto& entry) {
        if (!isReleased(entry.first)) return false;
        released.insert(entry.first);
        collectRead(entry.first, entry.second);
        return true;
    });
    if (m_admin != Admin::None && isReleased(m_adminCall)) {
        released.insert(m_adminCall);
        collectAdmin();
    }
    for (const std::uint64_t call : released)
        problem(m_locality.answered(call, *m_t.answer(call)));
    // The records of a table without a stream go with it.
    std::erase_if(m_acknowledged, [&](const auto& entry) {
        return m_t.world().catalog().find(entry.second) == nullptr ||
               m_global.hasRecord(entry.second, std::to_string(entry.first));
    });
}

void GlobalSim::collectWrite(Writer& writer) {
    const std::uint64_t call = std::exchange(writer.call, 0);
    const bool isTransaction = m_transactions.erase(call) > 0;
    if (m_t.failed(call)) return;
    ++m_report.writesDone;
    m_report.transactions += isTransaction ? 1 : 0;
    if (writer.number == 0) return;
    writer.acknowledged = writer.number;
    writer.acknowledgedIn = writer.table;
    m_acknowledged.emplace(writer.number, writer.table);
}

// What a strong read shows is no older than what its own Region had acknowledged before.
void GlobalSim::collectRead(std::uint64_t call, const Read& read) {
    if (m_t.failed(call)) return;
    const std::string name = "a read of item " + std::to_string(read.item) + " in " +
                             kRegionNames.at(static_cast<std::size_t>(read.region));
    const auto number = numberOf(std::get<cluster::ItemReply>(*m_t.answer(call)->result).item);
    if (number == 0) return;
    if (number > m_asked.size() || m_asked[number - 1] != read.item)
        return problem(name + " shows number " + std::to_string(number) + ", which nobody wrote");
    if (!read.strong) return;
    ++m_report.strongReads;
    if (m_global.isOlder(read.table, std::to_string(number), std::to_string(read.floor)))
        problem("a strong" + name.substr(1) + " shows number " + std::to_string(number) +
                ", and the later number " + std::to_string(read.floor) + " was known");
}

void GlobalSim::collectAdmin() {
    const Admin done = std::exchange(m_admin, Admin::None);
    if (m_t.failed(m_adminCall)) return;
    switch (done) {
        case Admin::None:
        case Admin::ChangeExpiry:
        case Admin::ChangeIndex:
            break;
        case Admin::Create:
            ++m_report.tablesMade;
            break;
        case Admin::AddReplica:
            ++m_report.replicasMade;
            break;
        case Admin::RemoveReplica:
            ++m_report.replicasDeleted;
            break;
        case Admin::Delete:
            ++m_report.tablesDeleted;
            break;
    }
}

void GlobalSim::judgeUnanswered() {
    problem(m_locality.judgeUnanswered(m_t.world().now(),
                                       [this](std::uint64_t call) { return m_t.done(call); }));
}

void GlobalSim::judgeAtRest() {
    if (!m_report.violation.empty()) return;
    problem(m_global.judgeAtRest(m_t.world(), m_t.store()));
    problem(test::judgeAtRest(m_t.world(), m_t.store(), m_lasting));
    judgeUnanswered();
    collect();
    if (!m_acknowledged.empty() && m_global.gaps() == 0)
        problem("write " + std::to_string(m_acknowledged.begin()->first) +
                " was acknowledged and has no record");
}

}  // namespace orrery::test
