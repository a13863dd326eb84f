#pragma once

#include <string_view>

#include "core/types/key_schema.h"

namespace orrery::table {

/// False if these attributes in a tree are corrupt: they cannot be read, or lack the table's key.
/// Items of version 1 have no checksum that would have told.
bool isImage(std::string_view attributes, const types::KeySchema& tableKeys);

}  // namespace orrery::table
