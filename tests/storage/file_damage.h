#pragma once

#include <string>

#include "core/base/prng.h"

namespace orrery::test {

/// What may happen to a file of LMDB.
enum class FileDamage { Truncation, Zeroes, Noise, Swap, Bit };

/// Damages the content of a file at a place that `prng` chooses.
void damageFile(std::string& file, FileDamage kind, Prng& prng);

}  // namespace orrery::test
