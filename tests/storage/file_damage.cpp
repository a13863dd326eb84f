#include "tests/storage/file_damage.h"

#include <algorithm>

namespace orrery::test {

void damageFile(std::string& file, FileDamage kind, Prng& prng) {
    constexpr int kPageBytes = 4096;
    const std::uint64_t pages = file.size() / kPageBytes;
    const auto pageAt = [&] { return prng.below(pages) * kPageBytes; };
    switch (kind) {
        case FileDamage::Truncation:
            file.resize(prng.below(file.size()));
            break;
        case FileDamage::Zeroes:
            file.replace(pageAt(), kPageBytes, kPageBytes, '\0');
            break;
        case FileDamage::Noise: {
            const std::uint64_t at = pageAt();
            for (std::uint64_t i = at; i < at + kPageBytes; ++i)
                file[i] = static_cast<char>(prng.below(256));
            break;
        }
        case FileDamage::Swap: {
            const std::uint64_t one = pageAt();
            const std::uint64_t other = pageAt();
            std::swap_ranges(file.begin() + static_cast<std::ptrdiff_t>(one),
                             file.begin() + static_cast<std::ptrdiff_t>(one) + kPageBytes,
                             file.begin() + static_cast<std::ptrdiff_t>(other));
            break;
        }
        case FileDamage::Bit:
            file[prng.below(file.size())] ^= static_cast<char>(1u << prng.below(8));
            break;
    }
}

}  // namespace orrery::test
