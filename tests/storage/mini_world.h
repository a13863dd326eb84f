#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/prng.h"
#include "core/storage/stores.h"

namespace orrery::test {

/// The least that uses a store as the world does: one group on three volumes, whose records each
/// say "key=image" or "key" (a deletion), appended and applied in turns. It remembers what it
/// wrote, so that a store found after a kill can be judged.
class MiniWorld {
public:
    /// `keyCount` keys, every fourth of them longer than LMDB takes, images of up to
    /// `imageBytesMax`.
    MiniWorld(std::uint64_t seed, std::uint64_t keyCount, std::uint64_t imageBytesMax);

    /// One turn: some records appended everywhere, and applied; the third volume lags behind. What
    /// all have applied may be trimmed.
    storage::Ticket turn(storage::Store& store);

    /// How many records the turns up to `ticket` have.
    std::uint64_t recordsAt(storage::Ticket ticket) const;
    std::uint64_t records() const { return m_records.size(); }

    /// Recovers `store` as the world does when it opens one: what the log has above the mark is
    /// applied again. Says what is wrong, or nothing: every record of the first `synced` must be
    /// there, whole turns only, and each tree must be what its log says.
    std::string judge(storage::Store& store, std::uint64_t synced) const;

private:
    std::string judgeVolume(storage::Store& store, VolumeId volume, std::uint64_t last) const;

    Prng m_prng;
    std::vector<std::string> m_keys;
    const std::uint64_t m_imageBytesMax;
    std::vector<std::string> m_records;                 ///< The first has LSN 1.
    std::map<std::uint64_t, std::uint64_t> m_turnEnds;  ///< Ticket to the number of records.
    std::uint64_t m_lagging = 0;                        ///< Applied by the third volume.
    std::uint64_t m_trimMark = 1;
};

}  // namespace orrery::test
