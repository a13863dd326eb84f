#include "core/cluster/inspect/conflict_looks.h"

#include <algorithm>
#include <utility>

#include "core/cluster/inspect/looks.h"

namespace orrery::cluster {
namespace {

LookResult<GlobalTablePtr> findGlobal(const WorldState& world,
                                      const ConflictsLookRequest& request) {
    const std::vector<TablePtr> named = world.catalog.named(request.accountId, request.table);
    for (const TablePtr& table : named) {
        if (const GlobalTablePtr global = world.catalog.globals().ofTable(table->space))
            return global;
    }
    if (named.empty()) return std::unexpected("There is no table \"" + request.table + "\".");
    return std::unexpected("Table \"" + request.table +
                           "\" is in one Region only, so no write of it can lose.");
}

}  // namespace

LookResult<ConflictsLook> lookConflicts(const WorldState& world, const ConflictLedger& ledger,
                                        const ConflictsLookRequest& request) {
    auto global = findGlobal(world, request);
    if (!global) return std::unexpected(std::move(global).error());
    ConflictsLook look;
    bool isThere = request.region.empty();
    for (const GlobalReplica& replica : (*global)->replicas) {
        const TablePtr table = world.catalog.find(replica.table);
        if (table == nullptr) continue;
        if (!request.region.empty() && request.region != table->regionName) continue;
        isThere = true;
        auto page = ledger.page(replica.table, request.after, request.limit);
        const auto forgotten = ledger.forgotten(replica.table);
        if (!page) return std::unexpected(readProblem(page.error()));
        if (!forgotten) return std::unexpected(readProblem(forgotten.error()));
        look.more = look.more || page->more;
        look.forgotten.count += forgotten->count;
        look.forgotten.before = std::max(look.forgotten.before, forgotten->before);
        for (Conflict& conflict : page->conflicts)
            look.rows.push_back({std::move(conflict), table->regionName, table->tableId});
    }
    if (!isThere) {
        return std::unexpected("Table \"" + request.table + "\" has no replica in Region \"" +
                               request.region + "\".");
    }
    std::ranges::sort(look.rows, {}, [](const ConflictsLook::Row& row) { return row.conflict.id; });
    if (look.rows.size() > request.limit) {
        look.rows.resize(request.limit);
        look.more = true;
    }
    return look;
}

}  // namespace orrery::cluster
