#include "core/cluster/tables/table_resets.h"

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/cluster/tables/table_values.h"

namespace orrery::cluster {

std::size_t TableResets::reset(std::string_view accountId, std::size_t countMax) {
    if (m_world.plantedBug != PlantedBug::TokensOutliveResets) noteReset(accountId);
    std::size_t left = countMax;
    for (const TablePtr& table : m_world.catalog.ofAccount(accountId, left)) {
        if (m_world.plantedBug == PlantedBug::NamesakesDropped) eraseNamed(table->name);
        drop(*table);
        --left;
    }
    if (m_world.plantedBug == PlantedBug::StreamsOutliveResets) return countMax - left;
    // Those of tables that were deleted before.
    for (const StreamPtr& stream : m_world.catalog.streams().ofAccount(accountId, left)) {
        m_streams.drop(*stream);
        --left;
    }
    return countMax - left;
}

void TableResets::drop(const TableDescription& table) {
    for (const TablePtr& filled : m_replicas.filledFrom(table.space))
        drop(*filled);
    if (m_world.catalog.find(table.space) != nullptr) {
        m_replicas.leave(table.space);
        m_tables.erase(table);
    }
    if (m_world.plantedBug == PlantedBug::StreamsOutliveResets) return;
    for (const StreamPtr& stream : m_world.catalog.streams().ofTable(table.space))
        m_streams.drop(*stream);
}

void TableResets::eraseNamed(std::string_view name) {
    std::vector<TablePtr> tables;
    m_world.catalog.forEach([&](const TablePtr& table) {
        if (table->name == name) tables.push_back(table);
    });
    for (const TablePtr& table : tables) {
        m_replicas.leave(table->space);
        m_tables.erase(*table);
    }
}

void TableResets::noteReset(std::string_view accountId) {
    const CalendarTime now = m_world.calendar();
    const CalendarTime horizon(now.sinceEpoch() - kTokenLife);
    while (const auto old = m_world.catalog.takeResetBefore(horizon))
        m_world.turn.eraseValue(std::string(kResetPrefix) + *old);
    m_world.catalog.noteReset(accountId, now);
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kResetVersion);
    out.u64(static_cast<std::uint64_t>(now.sinceEpoch().count()));
    m_world.turn.putValue(std::string(kResetPrefix).append(accountId), std::move(bytes));
}

storage::StorageResult<void> TableResets::reopen() {
    if (m_world.plantedBug == PlantedBug::ResetTimesForgotten) return {};
    TRY_ASSIGN(const auto values, m_world.store.values(kResetPrefix));
    for (const auto& [name, bytes] : values) {
        constexpr std::string_view kWhat = "The time of a reset";
        ByteReader in(bytes);
        if (auto refused = refusedVersion(in, kResetVersion, kWhat))
            return std::unexpected(*std::move(refused));
        const Duration at(static_cast<std::int64_t>(in.u64()));
        if (!in.ok() || !in.atEnd()) return std::unexpected(corruptValue(kWhat));
        m_world.catalog.noteReset(std::string_view(name).substr(kResetPrefix.size()),
                                  CalendarTime(at));
    }
    return {};
}

}  // namespace orrery::cluster
