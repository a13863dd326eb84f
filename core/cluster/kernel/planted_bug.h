#pragma once

#include <cstdint>

namespace orrery::cluster {

/// Bugs that a test plants in a world to show that a simulation's judges find them. Only tests set
/// one.
enum class PlantedBug : std::uint8_t {
    None,
    CountersEarly,    ///< The next ids are saved before the groups of an index take theirs.
    IndexCursorLate,  ///< The cursor of an index is behind the records in its log.
    SpaceUsedAgain,   ///< A new key space reuses one whose old keys are not erased yet.
    /// A leader that is lost loses what it had not sent, and the next one skips it.
    OutboxForgotten,
    FillCursorEarly,       ///< The cursor of a backfill is ahead of the log of its index.
    BackfillSkips,         ///< Writes during a backfill do not reach the index.
    TimestampsForgotten,   ///< After a restart, commit timestamps start at the calendar's time.
    LogEndUnread,          ///< A new leader's timestamps ignore what its log has not applied.
    LeavesTwoBehind,       ///< The trim mark passes two replicas of a group at once.
    CopyCountsEarly,       ///< The counts sent with a copy are taken for earlier ones.
    CopyForgetsIndexes,    ///< After a copy, the entries of local indexes are counted anew.
    GroupLeftBehind,       ///< The logs of an index outlive it.
    HealingUnheard,        ///< A leader is not told that it hears a zone again.
    TailUnsettled,         ///< A resumed leader serves before the end of its log is committed.
    CommitsUnprepared,     ///< A transaction is committed although an action was refused.
    PrepareIgnoresOthers,  ///< An item is prepared for two transactions at once.
    RecoveryCommits,       ///< A recovery commits a transaction that nobody decided.
    TokensForgotten,       ///< A client token is forgotten with the leader of its ledger.
    ReadsOnce,             ///< A read transaction reads each item once.
    StampsIgnored,         ///< An item is prepared whatever the stamp of its latest version.
    SegmentSkips,          ///< A segment of the archive begins one record late.
    StreamEndsEarly,       ///< A disabled stream ends at what is committed when it is disabled.
    StreamMarkForgotten,   ///< After a kill or in a new term, no Configuration record is proposed.
    ChildBeginsLate,       ///< The child of a shard begins at what is committed when it is opened.
    StreamTagsUnsaved,     ///< A stream's tags and policy are saved with its next shard only.
    StreamShowsNoChange,   ///< A stream shows writes that left the item as it was.
    ExpiryUnchecked,       ///< An item is deleted although its expiry has changed.
    ExpiryFillSkips,       ///< Some items from before the time to live are not indexed.
    ExpiryTimerLost,       ///< After a restart, nothing waits for the next expiry.
    TokensOutliveResets,   ///< A reset does not forget client tokens.
    ResetTimesForgotten,   ///< After a restart, the times of resets are lost.
    NamesakesDropped,      ///< A reset drops tables of the same name in other namespaces too.
    StreamsOutliveResets,  ///< A reset leaves the streams of the tables that it drops.
    JobIdsForgotten,       ///< After a restart, ids of jobs begin after the largest saved one.
    IndexTakesNoDetour,    ///< Changes for an index wait until a cut link to its leader heals.
    SpaceLeftBehind,       ///< The keys of a table or an index outlive it.
    PrivateKeysLeft,       ///< The private keys of the groups of a table or an index outlive it.
    RoomUncounted,         ///< Writes are carried out however little room is left for them.
    LastArrivalWins,       ///< A replicated write replaces what is there, whatever its version.
    ReplicatedEchoes,      ///< Replicated writes are sent on as if they were local.
    ReplicaCursorEarly,    ///< The cursor of a replica passes changes that it has not taken.
    TombstonesForgotten,   ///< A deletion in a global table leaves no tombstone.
    ReplicaFillSkips,      ///< Some items from before the replica are not copied to it.
    JoinSkipsInFlight,     ///< A new replica misses what another one had not sent to its source.
    DrainNotAwaited,       ///< A replica is deleted before the others have its last writes.
    LossesOnce,            ///< A write that lost, came back and loses again is not listed again.
    JournalCommitsAlone,   ///< The leader of a journal commits a record once its own disk has it.
    JournalTakesStale,     ///< A journal takes writes that were made from older versions.
    FencesOpenAtOnce,      ///< A strong read does not wait for what other Regions wrote.
    SeatKeepsPower,        ///< A journal's member in another Region goes on when its zone does not.
};

}  // namespace orrery::cluster
