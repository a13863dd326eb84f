#include "tests/storage/file_damage.h"

#include <algorithm>

#include "core/storage/lmdb_page.h"

namespace orrery::test {
namespace {

constexpr std::size_t kPageBytes = 4096;

/// A range of a file that is a page, or what the file has of its last one.
struct Page {
    std::size_t at = 0;
    std::size_t bytes = 0;
};

Page drawPage(const std::string& file, Prng& prng) {
    const std::size_t at = prng.below((file.size() + kPageBytes - 1) / kPageBytes) * kPageBytes;
    return {at, std::min(kPageBytes, file.size() - at)};
}

// Seldom in a page of another kind.
std::size_t drawPlaceInUse(const std::string& file, Prng& prng) {
    while (true) {
        const Page page = drawPage(file, prng);
        const std::size_t at = prng.below(page.bytes);
        if (page.bytes < kPageBytes) return page.at + at;
        const auto header = storage::loadAt<storage::PageHeader>(file.data() + page.at);
        const bool hasNodes = header.flags == storage::page_flag::kBranch ||
                              header.flags == storage::page_flag::kLeaf;
        const std::size_t lower = storage::kPageHeaderBytes + header.lower % kPageBytes;
        const bool isUsed = hasNodes && (at < lower || at >= header.upper);
        if (isUsed || (!hasNodes && prng.chance({1, 8}))) return page.at + at;
    }
}

void damageByte(std::string& file, Prng& prng) {
    const std::size_t at = drawPlaceInUse(file, prng);
    const unsigned wrong =
        prng.chance({1, 2}) ? 1u << prng.below(8) : 1 + static_cast<unsigned>(prng.below(255));
    file[at] = static_cast<char>(static_cast<unsigned char>(file[at]) ^ wrong);
}

}  // namespace

void damageFile(std::string& file, FileDamage kind, Prng& prng) {
    switch (kind) {
        case FileDamage::Truncation:
            file.resize(prng.below(file.size()));
            break;
        case FileDamage::Zeroes: {
            const Page page = drawPage(file, prng);
            file.replace(page.at, page.bytes, page.bytes, '\0');
            break;
        }
        case FileDamage::Noise: {
            const Page page = drawPage(file, prng);
            for (std::size_t i = page.at; i < page.at + page.bytes; ++i)
                file[i] = static_cast<char>(prng.below(256));
            break;
        }
        case FileDamage::Swap: {
            const Page one = drawPage(file, prng);
            const Page other = drawPage(file, prng);
            std::swap_ranges(file.data() + one.at,
                             file.data() + one.at + std::min(one.bytes, other.bytes),
                             file.data() + other.at);
            break;
        }
        case FileDamage::Bit:
            file[prng.below(file.size())] ^= static_cast<char>(1u << prng.below(8));
            break;
        case FileDamage::Byte:
            damageByte(file, prng);
            break;
    }
}

}  // namespace orrery::test
