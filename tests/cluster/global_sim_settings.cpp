#include <algorithm>
#include <utility>

#include "core/base/account_id.h"
#include "tests/cluster/global_sim.h"
#include "tests/cluster/random_faults.h"
#include "tests/cluster/world_inputs.h"

// What a person changes in a run: the table and its replicas, links, clocks, faults.

namespace orrery::test {

using namespace std::chrono_literals;
using observe::FaultKind;

const std::array<std::string, GlobalSim::kRegionsMost> GlobalSim::kRegionNames = {
    "us-east-1", "eu-west-1", "ap-northeast-1"};

// In some runs nothing fails but links, so that each refusal has to have a reason.
GlobalSim::Shape GlobalSim::drawShape(Prng& prng) {
    Shape shape;
    shape.regions = prng.chance({2, 3}) ? 3 : 2;
    shape.hasSort = prng.chance({1, 3});
    shape.hasIndex = prng.chance({1, 2});
    shape.hasStream = prng.chance({1, 2});
    shape.hasExpiry = prng.chance({1, 3});
    shape.zoneFault = prng.chance({1, 2}) ? Ratio{0, 1} : Ratio{1, 10};
    shape.regionFault = prng.chance({1, 3}) ? Ratio{0, 1} : Ratio{1, 8};
    shape.kill = prng.chance({1, 3}) ? Ratio{0, 1} : Ratio{1, 20};
    return shape;
}

// --- faults

void GlobalSim::changeFaults() {
    if (m_prng.chance(m_shape.zoneFault)) {
        const std::uint64_t active = activeFaults(m_t.world());
        if (active > 0 && m_prng.chance({1, 2})) {
            heal(m_t.world(), m_t.world().faults()[m_prng.below(active)].id);
        } else {
            beginFault(m_t.world(), m_prng, true,
                       kRegionNames.at(static_cast<std::size_t>(region())));
        }
    }
    if (m_prng.chance(m_shape.regionFault)) changeRegionFault();
    if (m_prng.chance({1, 12})) changeLink();
    if (m_prng.chance({1, 15})) changeClock();
}

void GlobalSim::healEverything() {
    m_disk.accept(m_t);
    test::healAll(m_t.world());
    for (const std::string& from : kRegionNames) {
        for (const std::string& to : kRegionNames)
            static_cast<void>(m_t.world().admit(cluster::SetRegionLink{from, to, std::nullopt}));
    }
}

// A replica goes after half a minute, whether the others have its last writes or not.
bool GlobalSim::isRemovalSlow() {
    const bool isRemoved = std::ranges::any_of(tables(), [](const cluster::TablePtr& table) {
        return table->status == cluster::TableStatus::Deleting;
    });
    if (!isRemoved) m_removedSince.reset();
    if (isRemoved && !m_removedSince) m_removedSince = m_t.world().now();
    return isRemoved && m_t.world().now() - *m_removedSince > 8s;
}

// Regions exist from their first table on; before that, the world refuses.
void GlobalSim::changeRegionFault() {
    const int first = region();
    const int second = (first + 1) % m_shape.regions;
    cluster::FaultRequest fault;
    fault.regions = {kRegionNames.at(static_cast<std::size_t>(first)),
                     kRegionNames.at(static_cast<std::size_t>(second))};
    switch (m_prng.below(6)) {
        case 0:
            fault.kind = FaultKind::RegionIsolation;
            fault.regions.pop_back();
            break;
        case 1:
            fault.kind = FaultKind::RegionLoss;
            fault.regions.pop_back();
            break;
        case 2:
        case 3:
            fault.kind = FaultKind::RegionLinkCut;
            fault.oneWay = m_prng.chance({1, 2});
            break;
        case 4:
            fault.kind = FaultKind::RegionLinkSlow;
            fault.slow.delay = 1ms * static_cast<std::int64_t>(m_prng.below(2000));
            fault.slow.loss = {static_cast<std::uint32_t>(m_prng.below(3)), 4};
            break;
        default:
            fault.kind = FaultKind::ReplicationPause;
            fault.regions.resize(m_prng.below(3));
            break;
    }
    if (m_prng.chance({3, 4}))
        fault.duration = 1ms * static_cast<std::int64_t>(50 + m_prng.below(6000));
    if (m_t.world().admit(std::move(fault)).has_value()) ++m_report.regionFaults;
}

void GlobalSim::changeLink() {
    const int from = region();
    const int distance = 1 + static_cast<int>(m_prng.below(2));
    const int to = (from + std::min(distance, m_shape.regions - 1)) % m_shape.regions;
    std::optional<cluster::RegionLink> link;
    if (m_prng.chance({3, 4})) {
        link.emplace();
        link->delay = 1ms * static_cast<std::int64_t>(m_prng.below(3000));
        link->jitter = 1ms * static_cast<std::int64_t>(m_prng.below(500));
        link->loss = {static_cast<std::uint32_t>(m_prng.below(5)), 4};
        if (link->loss.numerator > 4) link->loss = {0, 1};
    }
    static_cast<void>(m_t.world().admit(
        cluster::SetRegionLink{kRegionNames.at(static_cast<std::size_t>(from)),
                               kRegionNames.at(static_cast<std::size_t>(to)), link}));
}

void GlobalSim::changeClock() {
    const Duration offset = 1ms * (static_cast<std::int64_t>(m_prng.below(4001)) - 2000);
    static_cast<void>(m_t.world().admit(
        cluster::SetRegionClock{kRegionNames.at(static_cast<std::size_t>(region())), offset}));
}

// --- tables

std::vector<cluster::TablePtr> GlobalSim::tables() {
    return m_t.world().catalog().named(kSharedAccount, "T");
}

cluster::TablePtr GlobalSim::find(int region) {
    const cluster::Caller caller{std::string(kSharedAccount), "key",
                                 kRegionNames.at(static_cast<std::size_t>(region)), ZoneIndex(0)};
    cluster::TablePtr table = m_t.world().catalog().find(caller, "T");
    const bool isUsable = table != nullptr && (table->status == cluster::TableStatus::Active ||
                                               table->status == cluster::TableStatus::Updating);
    return isUsable ? table : nullptr;
}

bool GlobalSim::isChanging() {
    return std::ranges::any_of(tables(), [&](const cluster::TablePtr& table) {
        if (table->status != cluster::TableStatus::Active || table->timeToLive.isChanging ||
            table->hasIndexIn({cluster::TableStatus::Creating, cluster::TableStatus::Deleting}))
            return true;
        const auto global = m_t.world().catalog().globals().ofTable(table->space);
        return global != nullptr &&
               std::ranges::any_of(global->replicas, [](const cluster::GlobalReplica& replica) {
                   return replica.status != cluster::ReplicaStatus::Active;
               });
    });
}

void GlobalSim::submitAdmin(Admin admin, const std::string& region, const std::string& name,
                            cluster::Request request) {
    m_admin = admin;
    m_adminCall = submit(region, name, std::move(request));
}

void GlobalSim::changeTables() {
    if (m_admin != Admin::None || !m_prng.chance({1, 6})) return;
    const std::vector<cluster::TablePtr> there = tables();
    if (there.empty()) return create();
    const cluster::TablePtr& table = there[m_prng.below(there.size())];
    if (isChanging() && m_prng.chance({3, 4})) return;
    switch (m_prng.below(9)) {
        case 0:
        case 1:
        case 2:
        case 3:
            return addReplica(table);
        case 4:
        case 5:
            return removeReplica(table);
        case 6:
            if (there.size() == 1 && m_prng.chance({3, 4})) return;
            return submitAdmin(Admin::Delete, table->regionName, "DeleteTable",
                               cluster::DeleteTable{table});
        case 7:
            return changeIndex(table);
        default:
            if (!m_shape.hasExpiry) return;
            return submitAdmin(
                Admin::ChangeExpiry, table->regionName, "UpdateTimeToLive",
                cluster::UpdateTimeToLive{table, table->timeToLive.attribute.empty(), "ttl"});
    }
}

void GlobalSim::create() {
    cluster::CreateTable create;
    create.table.name = "T";
    create.table.keys.partition = {"pk", types::AttributeType::String};
    if (m_shape.hasSort) create.table.keys.sort = {"sk", types::AttributeType::String};
    create.table.billing = m_prng.chance({1, 3}) ? cluster::BillingMode::PayPerRequest
                                                 : cluster::BillingMode::Provisioned;
    create.table.throughput = {1, 1};
    if (m_shape.hasSort && m_prng.chance({1, 2})) {
        cluster::SecondaryIndex local;
        local.name = "L";
        local.kind = cluster::IndexKind::Local;
        local.keys.partition = create.table.keys.partition;
        local.keys.sort = {"colour", types::AttributeType::String};
        create.table.indexes.push_back(local);
    }
    if (m_shape.hasIndex) {
        create.table.indexes.push_back(colourIndex());
        create.table.indexes.back().throughput = {1, 1};
    }
    if (m_shape.hasStream) create.table.stream = cluster::StreamView::NewAndOldImages;
    submitAdmin(Admin::Create, kRegionNames.at(static_cast<std::size_t>(region())), "CreateTable",
                std::move(create));
}

void GlobalSim::addReplica(const cluster::TablePtr& table) {
    cluster::UpdateTable update;
    update.table = table;
    const std::string& added = kRegionNames.at(static_cast<std::size_t>(region()));
    const bool isThere = std::ranges::any_of(
        tables(), [&](const cluster::TablePtr& one) { return one->regionName == added; });
    if (isThere) return;
    update.replicas.push_back({cluster::ReplicaChange::Kind::Create, added, {}});
    submitAdmin(Admin::AddReplica, table->regionName, "UpdateTable", std::move(update));
}

void GlobalSim::removeReplica(const cluster::TablePtr& table) {
    const std::vector<cluster::TablePtr> there = tables();
    const cluster::TablePtr& removed = there[m_prng.below(there.size())];
    if (removed == table) return;
    cluster::UpdateTable update;
    update.table = table;
    update.replicas.push_back({cluster::ReplicaChange::Kind::Delete, removed->regionName, {}});
    submitAdmin(Admin::RemoveReplica, table->regionName, "UpdateTable", std::move(update));
}

void GlobalSim::changeIndex(const cluster::TablePtr& table) {
    cluster::UpdateTable update;
    update.table = table;
    if (table->findIndex("ByNumber") != nullptr) {
        update.deleteIndexes.emplace_back("ByNumber");
    } else {
        cluster::SecondaryIndex index;
        index.name = "ByNumber";
        index.kind = cluster::IndexKind::Global;
        index.keys.partition = {"w", types::AttributeType::String};
        index.projection.kind = table::ProjectionKind::KeysOnly;
        index.throughput = {1, 1};
        update.createIndexes.push_back(index);
    }
    submitAdmin(Admin::ChangeIndex, table->regionName, "UpdateTable", std::move(update));
}

}  // namespace orrery::test
