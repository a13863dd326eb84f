#pragma once

#include <string>
#include <vector>

#include "tests/storage/store_harness.h"

namespace orrery::test {

inline constexpr KeySpaceId kTable{5};

/// What the records of these tests hold: of different sizes, so that blocks end anywhere.
std::string archivedText(std::uint64_t lsn);

/// Appends the records [first, last] of kGroup on all volumes, as one turn.
void appendTexts(storage::Store& store, std::uint64_t first, std::uint64_t last);

/// An order for the records [first, last] of kGroup, committed at the time `last`.
storage::ArchiveOrder orderOf(std::uint64_t first, std::uint64_t last);

/// The same, as a turn.
void order(storage::Store& store, std::uint64_t first, std::uint64_t last);

/// Expires what kTable has archived from before that time, as a turn.
void expire(storage::Store& store, std::uint64_t before);

/// Reads the archive from `from` on, in steps of `bytesMax`, to its end or to a gap. Says how many
/// records it found, or what is wrong: an error, or a record that is not what was written.
std::string readArchive(const storage::Store& store, std::uint64_t from,
                        std::uint64_t bytesMax = 10'000);

/// "first-last" of each segment of kTable.
std::vector<std::string> segmentsOf(const storage::Store& store);

}  // namespace orrery::test
