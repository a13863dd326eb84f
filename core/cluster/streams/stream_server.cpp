#include "core/cluster/streams/stream_server.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/cluster/streams/stream_entry.h"

namespace orrery::cluster {
namespace {

/// A reply ends after the record with which it reaches this many bytes.
constexpr std::uint64_t kReplyBytesMax = 1024 * 1024;
constexpr std::uint64_t kArchiveBytes = 256u << 10;
/// A request reads at most this much from the archive, plus the rest of the last block. The log's
/// reader has the same bound. Records that show only keys hold whole images as well.
constexpr std::uint64_t kReadBytesMax = 1024 * 1024;
/// API_GetShardIterator.html: "expires 15 minutes after".
constexpr Duration kIteratorLife = std::chrono::minutes(15);

ApiError trimmed() {
    return {ErrorType::TrimmedDataAccess, "The data you are trying to access has been trimmed",
            nullptr};
}

ApiError missing(const StreamDescription& stream) {
    return {ErrorType::ResourceNotFound,
            "Requested resource not found: Stream: " + stream.arn() + " not found", nullptr};
}

/// The stream as it is now. Fails if it has expired, or the client's iterator has.
ApiResult<StreamPtr> streamOf(const WorldState& world, const ReadStream& read) {
    StreamPtr stream = world.catalog.streams().find(*read.stream);
    if (stream == nullptr) return std::unexpected(missing(*read.stream));
    const bool isExpired =
        read.iteratorMadeAt &&
        world.calendar().sinceEpoch() - read.iteratorMadeAt->sinceEpoch() > kIteratorLife;
    if (!isExpired) return stream;
    return std::unexpected(ApiError{ErrorType::ExpiredIterator,
                                    "The shard iterator has expired and can no longer be used to "
                                    "retrieve stream records",
                                    nullptr});
}

/// The shard, unless it has expired since the request was bound.
ApiResult<const StreamShard*> shardOf(const StreamDescription& stream, const ReadStream& read) {
    const StreamShard* const shard = stream.findShard(read.shard);
    if (shard == nullptr) return std::unexpected(trimmed());
    return shard;
}

}  // namespace

/// Collects the stream records of one reply.
class StreamServer::Page {
public:
    using Next = LogReader::Next;

    Page(const WorldState& world, const StreamDescription& stream, const StreamShard& shard,
         const ReadStream& read)
        : m_bug(world.plantedBug),
          m_stream(stream),
          m_shard(shard),
          m_read(read),
          m_horizon(CalendarTime(world.calendar().sinceEpoch() - kStreamRetention)) {
        m_reply.now = world.calendar();
        m_reply.position = m_shard.begin.value_or(Lsn{});
        if (read.start != StreamStart::Latest)
            m_reply.position = std::max(m_reply.position, read.position);
    }

    /// False if nothing is to be read: the shard has not begun, or the position is at its end.
    bool hasMore() {
        m_reply.atEnd = m_shard.end && m_reply.position >= *m_shard.end;
        return m_shard.begin && !m_reply.atEnd && !m_isFull && !m_isTrimmed;
    }

    Next take(Lsn lsn, const table::LogRecord& record) {
        const bool isLast = m_shard.end && lsn >= *m_shard.end;
        auto entry = streamEntryOf(m_stream, lsn, record, m_bug);
        if (!entry || record.committedAt < m_horizon) {
            // Reading from the horizon skips what is too old; a position there is an error.
            m_isTrimmed = entry && m_read.start == StreamStart::Position;
            if (m_isTrimmed) return Next::Stop;
            m_reply.position = lsn;
            return isLast ? Next::Stop : Next::Go;
        }
        if (m_read.limit == 0) {
            m_isFull = true;
            return Next::Stop;
        }
        m_bytes += entryBytes(m_stream, *entry);
        m_reply.position = lsn;
        m_reply.entries.push_back(std::move(*entry));
        m_isFull = m_reply.entries.size() >= m_read.limit || m_bytes >= kReplyBytesMax;
        return m_isFull || isLast ? Next::Stop : Next::Go;
    }

    /// The next record is gone; `after` is where the records that are left begin. False if the
    /// request must fail for it.
    bool skipGap(Lsn after) {
        if (m_read.start == StreamStart::Position) m_isTrimmed = true;
        m_reply.position = m_shard.end ? std::min(after, *m_shard.end) : after;
        return !m_isTrimmed;
    }

    Lsn position() const { return m_reply.position; }
    void moveTo(Lsn lsn) { m_reply.position = lsn; }
    bool isFull() const { return m_isFull; }
    ApiResult<StreamReply> finish() {
        if (m_isTrimmed) return std::unexpected(trimmed());
        hasMore();
        if (m_read.start == StreamStart::Horizon && m_reply.entries.empty())
            m_reply.next = StreamStart::Horizon;
        return std::move(m_reply);
    }

private:
    const PlantedBug m_bug;
    const StreamDescription& m_stream;
    const StreamShard& m_shard;
    const ReadStream& m_read;
    const CalendarTime m_horizon;
    StreamReply m_reply;
    std::uint64_t m_bytes = 0;
    bool m_isFull = false;
    bool m_isTrimmed = false;
};

void StreamServer::serveNow(Group& group, const ParkedOp& asked) {
    auto result = std::make_unique<OpResult>();
    auto reply = read(group, asked.zone, std::get<ReadStream>(*asked.request->call));
    if (reply) {
        result->answer = *std::move(reply);
    } else {
        result->answer = Refused{std::move(reply).error(), {}};
    }
    result->served.known = true;
    result->served.zone = asked.zone;
    result->served.leader = true;
    result->served.applied = group.member(asked.zone).mark.applied;
    result->gate = group.gate;
    m_answer(group, asked.zone, asked.op, std::move(result));
}

ApiResult<StreamReply> StreamServer::read(Group& group, ZoneIndex zone,
                                          const ReadStream& read) const {
    TRY_ASSIGN(const StreamPtr stream, streamOf(m_world, read));
    TRY_ASSIGN(const StreamShard* const found, shardOf(*stream, read));
    const StreamShard& shard = *found;
    Page page(m_world, *stream, shard, read);
    if (read.start == StreamStart::Latest && shard.begin) {
        const Lsn applied = group.member(zone).mark.applied;
        page.moveTo(std::max(*shard.begin, shard.end ? std::min(applied, *shard.end) : applied));
        return page.finish();
    }
    while (page.hasMore()) {
        Lsn position = page.position();
        const LogReader::End end = m_log.read(
            group, zone, position, m_recordsMax,
            [&](Lsn lsn, const table::LogRecord& record) { return page.take(lsn, record); });
        if (end != LogReader::End::Unavailable) break;
        // Its segment is not written yet, so the page ends here and the client retries.
        if (m_archiver.hasOrders(stream->table, group.id)) break;
        const Lsn kept = StreamArchiver::archivedTo(group);
        // The log must have it: its disk cannot be read.
        if (page.position() >= kept) return std::unexpected(ApiError::internal());
        const Lsn after = afterGap(*stream, group.id, page.position(), kept);
        if (after <= page.position()) return std::unexpected(ApiError::internal());
        if (!page.skipGap(after)) break;
    }
    return page.finish();
}

Lsn StreamServer::afterGap(const StreamDescription& stream, GroupId group, Lsn position,
                           Lsn logBegin) const {
    Lsn after = logBegin;
    for (const storage::ArchiveSegment& segment : m_world.store.archiveSegments(stream.table)) {
        if (segment.group == group && segment.first > position)
            after = std::min(after, Lsn(segment.first.value() - 1));
    }
    return after;
}

ApiResult<Reply> StreamServer::serveRemoved(const ReadStream& read) const {
    TRY_ASSIGN(StreamReply reply, readArchive(read));
    return Reply(std::move(reply));
}

ApiResult<StreamReply> StreamServer::readArchive(const ReadStream& read) const {
    TRY_ASSIGN(const StreamPtr stream, streamOf(m_world, read));
    TRY_ASSIGN(const StreamShard* const found, shardOf(*stream, read));
    const StreamShard& shard = *found;
    // The partition is there, but the call that asked for it was bound before the table was made
    // anew; it never is.
    if (!shard.end) return std::unexpected(ApiError::internal());
    Page page(m_world, *stream, shard, read);
    if (read.start == StreamStart::Latest) page.moveTo(*shard.end);
    std::size_t seen = 0;
    std::uint64_t seenBytes = 0;
    while (page.hasMore() && seen < m_recordsMax && seenBytes < kReadBytesMax) {
        auto records = m_world.store.archived(stream->table, shard.group, page.position().next(),
                                              kArchiveBytes);
        if (!records) return std::unexpected(ApiError::internal(records.error().message()));
        if (records->empty()) {
            // Its segment is not written yet, so the page ends here and the client retries.
            if (m_archiver.hasOrders(stream->table, shard.group)) break;
            if (!page.skipGap(afterGap(*stream, shard.group, page.position(), *shard.end))) break;
            continue;
        }
        for (const storage::ArchivedRecord& one : *records) {
            const auto record = table::decodeRecord(*one.bytes);
            if (!record) return std::unexpected(ApiError::internal());
            ++seen;
            seenBytes += one.bytes->size();
            if (page.take(one.lsn, *record) == LogReader::Next::Stop) break;
        }
        if (page.isFull()) break;
    }
    return page.finish();
}

}  // namespace orrery::cluster
