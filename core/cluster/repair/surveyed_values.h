#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/tables/stored_table.h"
#include "core/storage/salvaged_folder.h"

namespace orrery::cluster {

/// The named values of a damaged folder that a world can be opened on.
struct SurveyedValues {
    std::vector<std::pair<std::string, std::string>> kept;
    /// The tables and ledgers among them.
    std::vector<std::unique_ptr<const StoredTable>> tables;
    std::vector<std::string> losses;  ///< One sentence each.
    std::vector<std::string> mended;  ///< What was corrupt and lost nothing, one sentence each.
    /// The error for a value that a later version wrote: nothing is repaired without that version.
    std::optional<storage::StorageError> newer;
};

SurveyedValues surveyValues(const storage::SalvagedFolder& files);

}  // namespace orrery::cluster
