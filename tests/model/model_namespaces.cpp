#include <set>
#include <utility>

#include "core/base/check.h"
#include "tests/model/model_run.h"

// Two namespaces with tables of the same names, of which one is reset now and then.

namespace orrery::test::model {

using namespace std::chrono_literals;

void ModelRun::createTables(Prng& prng) {
    const bool mayKill = std::exchange(m_mayKill, false);
    const std::size_t count = 1 + prng.below(3);
    for (std::size_t i = 0; i < count; ++i) {
        const Table& table = m_tables.emplace_back(drawTable(prng, "table-" + std::to_string(i)));
        const auto answer = insist("CreateTable", table.createBody());
        CHECK(answer && answer->status == 200);
    }
    m_t.run(10s);
    m_t.flush();
    m_mayKill = mayKill;
}

void ModelRun::changeNamespace() {
    std::swap(m_account, m_otherAccount);
    std::swap(m_tables, m_otherTables);
    if (m_shape.chance({1, 4})) judgeNames();
}

// In steps, as the control API does it; a kill between them leaves the rest for the next ones.
void ModelRun::resetNamespace() {
    m_tables.clear();
    const std::size_t countMax = 1 + m_shape.below(3);
    for (bool isDone = false; !isDone;) {
        const auto dropped = m_t.world().admit(cluster::ResetTables{m_account, countMax});
        CHECK(dropped.has_value());
        isDone = *dropped < countMax;
        m_t.run(1ms * static_cast<std::int64_t>(m_shape.below(20)));
        if (!isDone && m_shape.chance({1, 10})) kill();
    }
    m_t.sync();
    if (m_shape.chance({1, 3})) kill();
    judgeNames();
    if (m_problem.empty()) createTables(m_shape);
    ++m_resets;
}

void ModelRun::judgeNames() {
    if (!m_problem.empty()) return;
    const auto answer = ask("ListTables", {});
    if (!answer || answer->status != 200) return;
    std::set<std::string> names;
    for (const Table& table : m_tables)
        names.insert(table.name());
    std::set<std::string> shown;
    for (const auto& name : answer->body.at("TableNames").as_array())
        shown.insert(std::string(name.as_string()));
    if (shown != names)
        problem("namespace " + m_account +
                " has other tables than its own: " + boost::json::serialize(answer->body));
}

}  // namespace orrery::test::model
