#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/storage/store.h"

namespace orrery::cluster {

using NamedValue = std::pair<std::string, std::string>;

/// Opens a world on the store as a start does, and discards it. An error if a start would be
/// refused. Nothing reaches the disk as long as no work is taken from the store.
storage::StorageResult<void> tryOpening(storage::Store& store);

/// Opens a world on this value alone, or on it and the list of Regions. What tables say is no part
/// of that.
storage::StorageResult<void> tryAlone(const NamedValue& value,
                                      const std::optional<NamedValue>& regions);

}  // namespace orrery::cluster
