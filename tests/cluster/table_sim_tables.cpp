#include "tests/cluster/table_sim.h"

// The changes of tables and indexes in a run.

namespace orrery::test {

void TableSim::changeTables() {
    if (!m_prng.chance({1, 4})) return;
    const int table = static_cast<int>(m_prng.below(kTables));
    if (isChanging(table)) return;
    if (!m_tables[static_cast<std::size_t>(table)].isThere) return create(table);
    switch (m_prng.below(5)) {
        case 0:
        case 1:
            return addIndex(table);
        case 2:
            return dropIndex(table);
        case 3:
            return remove(table);
        default:
            return;
    }
}

cluster::SecondaryIndex TableSim::drawIndex(const std::string& name, bool local) {
    cluster::SecondaryIndex index;
    index.name = name;
    index.kind = local ? cluster::IndexKind::Local : cluster::IndexKind::Global;
    const bool byColour = m_prng.chance({2, 3});
    const types::KeyAttribute colour{byColour ? "colour" : "number", types::AttributeType::String};
    index.keys.partition = local ? types::KeyAttribute{"pk", types::AttributeType::String} : colour;
    if (local || m_prng.chance({1, 3}))
        index.keys.sort = {local ? "colour" : "number", types::AttributeType::String};
    if (!local && !byColour) index.keys.sort.reset();
    index.throughput = {1, 1};
    switch (m_prng.below(3)) {
        case 0:
            index.projection.kind = table::ProjectionKind::KeysOnly;
            break;
        case 1:
            index.projection = {table::ProjectionKind::Include, {"number"}};
            break;
        default:
            break;
    }
    return index;
}

void TableSim::create(int table) {
    Table& made = m_tables[static_cast<std::size_t>(table)];
    cluster::CreateTable create;
    create.table.name = made.name;
    create.table.keys.partition = {"pk", types::AttributeType::String};
    const bool hasSort = m_prng.chance({1, 3});
    if (hasSort) create.table.keys.sort = {"sk", types::AttributeType::String};
    create.table.billing = m_prng.chance({1, 4}) ? cluster::BillingMode::PayPerRequest
                                                 : cluster::BillingMode::Provisioned;
    create.table.throughput = {1, m_prng.chance({1, 3}) ? 1500 : 1};
    if (hasSort && m_prng.chance({1, 2})) create.table.indexes.push_back(drawIndex("L", true));
    for (std::uint64_t i = m_prng.below(3); i > 0; --i)
        create.table.indexes.push_back(drawIndex("G" + std::to_string(i), false));
    const std::uint64_t call = m_t.submit("CreateTable", [create](const auto&, const auto&) {
        return ApiResult<cluster::Request>(create);
    });
    m_admin[call] = {Change::Create, table, "", hasSort};
}

void TableSim::addIndex(int table) {
    const cluster::TablePtr there = find(table);
    const std::string name = "G" + std::to_string(1 + m_prng.below(4));
    if (there == nullptr || there->findIndex(name) != nullptr) return;
    cluster::UpdateTable update;
    update.table = there;
    update.createIndexes.push_back(drawIndex(name, false));
    const std::uint64_t call = m_t.submit("UpdateTable", [update](const auto&, const auto&) {
        return ApiResult<cluster::Request>(update);
    });
    m_admin[call] = {Change::AddIndex, table, name};
}

void TableSim::dropIndex(int table) {
    const cluster::TablePtr there = find(table);
    const std::string name = "G" + std::to_string(1 + m_prng.below(4));
    if (there == nullptr || there->findIndex(name) == nullptr) return;
    m_tables[static_cast<std::size_t>(table)].indexes.erase(name);
    cluster::UpdateTable update;
    update.table = there;
    update.deleteIndexes.push_back(name);
    const std::uint64_t call = m_t.submit("UpdateTable", [update](const auto&, const auto&) {
        return ApiResult<cluster::Request>(update);
    });
    m_admin[call] = {Change::DropIndex, table, name};
}

void TableSim::remove(int table) {
    const cluster::TablePtr there = find(table);
    if (there == nullptr) return;
    const std::uint64_t call = m_t.submit("DeleteTable", [there](const auto&, const auto&) {
        return ApiResult<cluster::Request>(cluster::DeleteTable{there});
    });
    m_admin[call] = {Change::Delete, table, ""};
}

}  // namespace orrery::test
