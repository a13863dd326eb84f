#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/cluster/indexes/index_batch.h"
#include "core/cluster/indexes/index_post.h"
#include "core/table/index_entry.h"

namespace orrery::cluster {

/// The leader of a base partition that sends.
struct IndexSenderId {
    ZoneIndex zone{};
    replication::Term term{};
    bool operator==(const IndexSenderId&) const = default;
};

/// The changes of one base partition that its global indexes have not taken yet: an outbox for each
/// index partition, with one batch in flight. Follows redirects, and sends a batch again if no
/// answer comes.
class IndexOutboxes {
public:
    /// What an answer calls for.
    enum class Answer : std::uint8_t {
        Ignored,   ///< No batch waits for it, or nothing is to be done.
        Taken,     ///< There is room for more changes.
        StartOver  ///< The index has a later leader's changes: what this one has read is void.
    };

    /// Both must outlive this object.
    IndexOutboxes(WorldState& world, IndexPost& post) : m_world(world), m_post(post) {}
    IndexOutboxes(const IndexOutboxes&) = delete;
    IndexOutboxes& operator=(const IndexOutboxes&) = delete;

    /// Adds a change of the entry `key`, null to delete it. No effect if the index was deleted.
    void add(IndexChange::Origin origin, Lsn position, KeySpaceId index, std::string key,
             const table::IndexEntry* entry);
    /// Sends a batch from each outbox that has changes and awaits no answer.
    void sendAll(const Group& base, const IndexSenderId& sender);
    /// Sends the batches again whose answer is overdue, to another zone.
    void resendOverdue(const Group& base, ZoneIndex sender);
    Answer handle(const Group& base, const IndexBatchAnswered& answered);
    /// Drops the changes for a deleted index. False if there was none.
    bool forget(KeySpaceId index);
    /// Drops everything; batches in flight are not answered any more.
    void clear();

    /// True if nothing more is to be added before some changes are answered.
    bool isFull() const;
    /// The number of changes without an answer, for one index or for all.
    std::size_t unanswered(std::optional<KeySpaceId> index = {}) const;
    /// The bytes of all of them.
    std::uint64_t unansweredBytes() const { return m_unansweredBytes; }
    /// The number of unanswered changes that are still sent.
    std::size_t sendable() const;
    /// The indexes show all records up to here, if `taken` is the last one that was read.
    Lsn shownUpTo(Lsn taken) const;

    /// An unanswered batch is sent again after this time.
    static constexpr Duration kResendAfter = std::chrono::milliseconds(200);

private:
    /// The changes for one partition of an index.
    struct Outbox {
        KeySpaceId index{};
        ZoneIndex target{};  ///< The zone where the sender expects the leader.
        std::deque<IndexChange> waiting;
        std::shared_ptr<const IndexBatch> inFlight;  ///< Null: none.
        std::uint64_t waitingBytes = 0;
        std::uint64_t inFlightBytes = 0;
        Instant sentAt;
        std::uint32_t redirects = 0;  ///< Since the last resend for lack of an answer.
        /// The receiver met corrupt data: nothing more is sent until the next start.
        bool isStopped = false;

        std::size_t unanswered() const {
            return waiting.size() + (inFlight ? inFlight->changes.size() : 0);
        }
    };

    void fillBatch(const Group& base, const IndexSenderId& sender, Outbox& outbox);
    void send(const Group& base, GroupId target, Outbox& outbox);
    void tryNextZone(const Group& base, ZoneIndex sender, Outbox& outbox) const;
    /// The outbox that awaits this answer; null if there is none.
    Outbox* awaiting(const IndexBatchAnswered& answered);
    void taken(Outbox& outbox, Lsn upTo);

    WorldState& m_world;
    IndexPost& m_post;
    std::map<GroupId, Outbox> m_outboxes;  ///< By index partition.
    std::size_t m_unanswered = 0;          ///< The changes in all outboxes.
    std::uint64_t m_unansweredBytes = 0;   ///< Their bytes.
    std::uint64_t m_batches = 0;           ///< The number of the last batch.
};

}  // namespace orrery::cluster
