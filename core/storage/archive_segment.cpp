#include "core/storage/archive_segment.h"

#include <utility>

#include "core/base/check.h"
#include "core/base/crc32c.h"

namespace orrery::storage {
namespace {

constexpr std::string_view kTitle = "orrery archive segment 1\n";

// Covers everything before the checksum itself.
std::uint32_t checksumOf(std::string_view header, std::string_view end) {
    return crc32c(end.substr(0, end.size() - 4), crc32c(header));
}

}  // namespace

std::string encodeSegmentHeader(KeySpaceId table, GroupId group, Lsn first, Lsn last) {
    std::string header(kTitle);
    ByteWriter writer(header);
    writer.u32(table.value());
    writer.u64(group.value());
    writer.u64(first.value());
    writer.u64(last.value());
    CHECK(header.size() == kSegmentHeaderBytes);
    return header;
}

void SegmentBlocks::add(std::string_view record) {
    ByteWriter(m_block).sized(record);
    m_next = m_next.next();
}

std::string SegmentBlocks::takeBlock() {
    CHECK(hasOpenBlock());
    const auto size = static_cast<std::uint32_t>(m_block.size());
    m_blocks.push_back({m_blockFirst, m_offset, size, crc32c(m_block)});
    m_offset += size;
    m_blockFirst = m_next;
    return std::exchange(m_block, {});
}

std::string encodeSegmentEnd(std::string_view header, const std::vector<SegmentBlock>& blocks) {
    std::string end;
    ByteWriter writer(end);
    for (const SegmentBlock& block : blocks) {
        writer.u64(block.first.value());
        writer.u64(block.offset);
        writer.u32(block.size);
        writer.u32(block.checksum);
    }
    writer.u32(static_cast<std::uint32_t>(blocks.size()));
    writer.u32(0);
    const std::uint32_t checksum = checksumOf(header, end);
    end.resize(end.size() - 4);
    writer.u32(checksum);
    return end;
}

std::uint32_t segmentChecksum(std::string_view end) {
    return ByteReader(end.substr(end.size() - 4)).u32();
}

std::uint32_t segmentBlockCount(std::string_view trailer) {
    return ByteReader(trailer).u32();
}

std::optional<std::vector<SegmentBlock>> decodeSegmentEnd(std::string_view header,
                                                          std::string_view end) {
    if (end.size() < kSegmentEntryBytes + kSegmentTrailerBytes) return std::nullopt;
    if (checksumOf(header, end) != segmentChecksum(end)) return std::nullopt;
    ByteReader reader(end);
    std::vector<SegmentBlock> blocks;
    std::uint64_t offset = kSegmentHeaderBytes;
    while (reader.rest().size() >= kSegmentEntryBytes + kSegmentTrailerBytes) {
        SegmentBlock block;
        block.first = Lsn(reader.u64());
        block.offset = reader.u64();
        block.size = reader.u32();
        block.checksum = reader.u32();
        if (block.offset != offset || block.size == 0) return std::nullopt;
        if (!blocks.empty() && block.first <= blocks.back().first) return std::nullopt;
        offset += block.size;
        blocks.push_back(block);
    }
    if (reader.u32() != blocks.size()) return std::nullopt;
    return blocks;
}

std::optional<std::vector<std::string_view>> decodeBlock(std::string_view block,
                                                         std::uint64_t count) {
    ByteReader reader(block);
    std::vector<std::string_view> records;
    while (reader.ok() && !reader.atEnd())
        records.push_back(reader.sized());
    if (!reader.ok() || records.size() != count) return std::nullopt;
    return records;
}

}  // namespace orrery::storage
