#pragma once

#include <span>
#include <string_view>

#include "core/cluster/catalog/request.h"

namespace orrery::cluster {

/// Which replicas of a global table a change of a setting reaches.
enum class SettingScope : std::uint8_t { AllReplicas, OneReplica };

/// A setting of a table that UpdateTable, TagResource and their siblings change.
struct ReplicatedSetting {
    std::string_view name;
    SettingScope scope;
    bool (*isIn)(const UpdateTable& update);
    void (*remove)(UpdateTable& update);
};

/// All of them. Beside these, UpdateTimeToLive reaches all replicas.
std::span<const ReplicatedSetting> replicatedSettings();

/// True if the change reaches the other replicas too.
bool reachesAllReplicas(const UpdateTable& update);

/// What `update` changes of another replica, which is `table`.
UpdateTable updateOfReplica(UpdateTable update, TablePtr table);

}  // namespace orrery::cluster
