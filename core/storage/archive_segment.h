#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/archive.h"

namespace orrery::storage {

// The file of a segment. Integers are big-endian, checksums CRC-32C.
//
//   segment := header block+ index trailer
//   header  := "orrery archive segment 1\n" table:uint32 group:uint64 first:uint64 last:uint64
//   block   := record+                   whole records, in order; kBlockBytes or a little more
//   record  := size:varint byte*
//   index   := entry+                    one for each block, in order
//   entry   := first:uint64 offset:uint64 size:uint32 checksum:uint32
//   trailer := entryCount:uint32 checksum:uint32       of header, index and entryCount

/// The unit of reading and checking: a reader pays for a whole block.
inline constexpr std::size_t kBlockBytes = 64u << 10;

struct SegmentBlock {
    Lsn first;
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
    std::uint32_t checksum = 0;
};

inline constexpr std::size_t kSegmentHeaderBytes = 25 + 4 + 3 * 8;
inline constexpr std::size_t kSegmentEntryBytes = 8 + 8 + 4 + 4;
inline constexpr std::size_t kSegmentTrailerBytes = 4 + 4;

std::string encodeSegmentHeader(KeySpaceId table, GroupId group, Lsn first, Lsn last);

/// Builds the blocks of a segment, one at a time.
class SegmentBlocks {
public:
    explicit SegmentBlocks(Lsn first) : m_next(first) { m_blockFirst = first; }

    void add(std::string_view record);
    bool isFull() const { return m_block.size() >= kBlockBytes; }
    /// Ends the current block, which must have a record, and returns its bytes to append to the
    /// file.
    std::string takeBlock();
    const std::vector<SegmentBlock>& blocks() const { return m_blocks; }
    bool hasOpenBlock() const { return !m_block.empty(); }

private:
    Lsn m_next;
    Lsn m_blockFirst;
    std::uint64_t m_offset = kSegmentHeaderBytes;
    std::string m_block;
    std::vector<SegmentBlock> m_blocks;
};

/// The bytes after the last block.
std::string encodeSegmentEnd(std::string_view header, const std::vector<SegmentBlock>& blocks);
/// The checksum stored in the end of a segment.
std::uint32_t segmentChecksum(std::string_view end);

/// The number of blocks, from the trailer.
std::uint32_t segmentBlockCount(std::string_view trailer);
/// Nothing unless the header and end belong together and the blocks fill the space between them.
std::optional<std::vector<SegmentBlock>> decodeSegmentEnd(std::string_view header,
                                                          std::string_view end);
/// The records of a block that has passed its checksum, as views into it. Nothing if their number
/// is not `count`.
std::optional<std::vector<std::string_view>> decodeBlock(std::string_view block,
                                                         std::uint64_t count);

}  // namespace orrery::storage
