#pragma once

#include <string>

#include "core/base/prng.h"

namespace orrery::test {

/// What may happen to a file. Pages are those of LMDB; a smaller file is one page.
enum class FileDamage {
    Truncation,
    Zeroes,
    Noise,
    Swap,
    Bit,
    Byte,  ///< A bit or a whole byte, where a page of LMDB that is in use has something.
};

/// Damages the content of a file at a place that `prng` chooses. The file is not empty.
void damageFile(std::string& file, FileDamage kind, Prng& prng);

}  // namespace orrery::test
