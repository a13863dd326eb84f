#include "core/cluster/tables/replicated_settings.h"

#include <algorithm>
#include <utility>

#include "core/cluster/tables/replica_overrides.h"

namespace orrery::cluster {
namespace {

template <auto kMember>
constexpr ReplicatedSetting setting(std::string_view name, SettingScope scope) {
    return {name, scope,
            [](const UpdateTable& update) {
                if constexpr (requires { (update.*kMember).has_value(); }) {
                    return (update.*kMember).has_value();
                } else {
                    return !(update.*kMember).empty();
                }
            },
            [](UpdateTable& update) { update.*kMember = {}; }};
}

constexpr auto kAll = SettingScope::AllReplicas;
constexpr auto kOne = SettingScope::OneReplica;

// V2globaltables_HowItWorks, "Global tables settings".
constexpr ReplicatedSetting kSettings[] = {
    setting<&UpdateTable::billing>("billing mode", kAll),
    setting<&UpdateTable::throughput>("provisioned throughput", kAll),
    setting<&UpdateTable::onDemandMax>("maximum on-demand throughput", kAll),
    setting<&UpdateTable::warm>("warm throughput", kAll),
    setting<&UpdateTable::tableClass>("table class", kAll),
    setting<&UpdateTable::sseEnabled>("kind of encryption", kAll),
    setting<&UpdateTable::sseKeyArn>("key of encryption", kAll),
    setting<&UpdateTable::createIndexes>("new global indexes", kAll),
    setting<&UpdateTable::deleteIndexes>("deleted global indexes", kAll),
    setting<&UpdateTable::updateIndexes>("throughput of global indexes", kAll),
    setting<&UpdateTable::deletionProtection>("deletion protection", kOne),
    setting<&UpdateTable::tags>("tags", kOne),
    setting<&UpdateTable::policy>("resource policy", kOne),
    setting<&UpdateTable::stream>("stream", kOne),
    setting<&UpdateTable::replicas>("replicas", kOne),
    setting<&UpdateTable::strong>("consistency over Regions", kOne),
};

}  // namespace

std::span<const ReplicatedSetting> replicatedSettings() {
    return kSettings;
}

bool reachesAllReplicas(const UpdateTable& update) {
    return std::ranges::any_of(kSettings, [&](const ReplicatedSetting& one) {
        return one.scope == kAll && one.isIn(update);
    });
}

UpdateTable updateOfReplica(UpdateTable update, TablePtr table) {
    for (const ReplicatedSetting& one : kSettings) {
        if (one.scope == kOne) one.remove(update);
    }
    if (update.sseKeyArn) update.sseKeyArn = keyArnIn(table->regionName, *update.sseKeyArn);
    update.table = std::move(table);
    return update;
}

}  // namespace orrery::cluster
