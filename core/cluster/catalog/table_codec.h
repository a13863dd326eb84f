#pragma once

#include <string_view>

namespace orrery::cluster {

/// True if `decodeTable` refuses the bytes because a later version wrote them: it has another
/// version, or a block that this one does not know.
bool isNewerTable(std::string_view bytes);

}  // namespace orrery::cluster
