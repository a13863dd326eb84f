#include "core/cluster/world/world_impl.h"

#include <memory>
#include <utility>

#include "core/cluster/writes/expiry_entries.h"
#include "core/cluster/writes/item_versions.h"

// How the parts of a world are connected.

namespace orrery::cluster {

World::Impl::Impl(storage::Store& store, const WorldOptions& options)
    : state(store, options.profile, options.seed, options.traceEvents, options.plantedBug),
      replicator(state, options.logBounds),
      jobs(state),
      copies(state, replicator, jobs),
      spreader(state, replicator),
      indexes(state, replicator, jobs),
      prepared(state),
      collections(state),
      replication(state, replicator, jobs, prepared, collections),
      transactions(state, replicator, jobs, prepared),
      streams(state, replicator, options.logBounds, answerOp),
      expiries(state, replicator),
      expiryFiller(state, replicator, jobs),
      tables(state, replicator, jobs,
             {.indexes = indexes,
              .streams = streams,
              .expiries = expiries,
              .expiryFiller = expiryFiller,
              .replication = replication}),
      router(
          state, transactions.coordinator,
          [this](const Request& request, const Caller& caller) {
              return answerAtOnce(request, caller);
          },
          [this](RegionId region) { tables.addLedger(region); }),
      server(
          state, replicator, prepared, collections, answerOp,
          [this](Group& group, ZoneIndex zone, const OpRequest& request, CollectionSizes& sizes) {
              return transactions.serve(group, zone, request, sizes);
          }),
      zones(state, replicator, router),
      experiments(state, zones),
      snapshots(state, server, replication, jobs),
      checksums(state, replicator, jobs) {
    replicator.setListener(*this);
    replicator.setHelper(options.helper);
    connectItems();
    connectTables();
}

// Requests on items, and what they wait for elsewhere.
void World::Impl::connectItems() {
    indexes.sender.setShown([this](Group& base, ZoneIndex leader,
                                   Lsn shown) { server.indexesShow(base, leader, shown); },
                            [this](GroupId base) { return server.waitsForIndexes(base); });
    server.setReplicas(
        {.taken = [this](const Group& group) { return replication.sender.takenPromptly(group); },
         .lookBy = [this](Group& group, Instant at) { replication.sender.showBy(group, at); }});
    replication.sender.setShown([this](Group& group) {
        const bool isJournal = group.kind == GroupKind::Journal;
        isJournal ? replication.journals.moved(group) : server.replicasShow(group);
    });
    server.setStrongRequests([this](Group& group, const ParkedOp& asked) {
        return replication.strong.serve(group, asked);
    });
    replication.strong.setItems(
        {.read = [this](Group& group, const ParkedOp& asked) { server.readApplied(group, asked); },
         .arrives = [this](Group& group, ParkedOp asked) { server.serve(group, std::move(asked)); },
         .answer =
             [this](Group& group, ZoneIndex zone, OpId op, std::unique_ptr<OpResult> result) {
                 server.answerWith(group, zone, op, std::move(result));
             }});
    replicator.setBeforePropose(
        [this](const Group& group, ZoneIndex zone, table::LogRecord& record) {
            noteExpiry(state, group, zone, record);
            noteVersion(state, group, zone, record);
        });
    expiries.setServe(
        [this](Group& group, ParkedOp asked) { server.serve(group, std::move(asked)); });
    transactions.coordinator.setEnded(
        [this](CallNumber number, ApiResult<Reply> result, storage::Ticket gate) {
            router.transactionEnded(number, std::move(result), gate);
        });
}

// Long work on tables.
void World::Impl::connectTables() {
    expiryFiller.setFilled([this](KeySpaceId table) { tables.expiryFilled(table); });
    indexes.backfill.setFilled(
        [this](KeySpaceId table, KeySpaceId index) { tables.indexFilled(table, index); });
}

bool World::Impl::waits(const Group& group) const {
    return server.waits(group.id) || indexes.receiver.waits(group.id) ||
           replication.waits(group.id) || streams.waits(group);
}

// A stream begins and ends before requests that wait here continue.
void World::Impl::moved(Group& group) {
    streams.moved(group);
    server.moved(group);
    indexes.moved(group);
    replication.moved(group);
    transactions.moved(group);
    expiries.moved(group);
    spreader.moved(group);
}

void World::Impl::awaitsReaders(Group& group) {
    streams.awaitsReaders(group);
}

void World::Impl::removed(GroupId group) {
    copies.forget(group);
    server.forget(group);
    prepared.forget(group);
    transactions.recovery.forget(group);
    streams.forget(group);
    expiries.forget(group);
    indexes.receiver.forget(group);
    replication.forget(group);
}

}  // namespace orrery::cluster
