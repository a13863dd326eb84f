#include <algorithm>

#include "core/table/collection_size.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"
#include "tests/cluster/transaction_sim.h"

// The table of a run: its indexes, its stream and its time to live, and what these say in the end.

namespace orrery::test {

using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kSessions = 6;
constexpr std::int64_t kSessionSecondsMax = 20;

cluster::SecondaryIndex byWriter(bool isGlobal) {
    cluster::SecondaryIndex index;
    const types::KeyAttribute writer{"w", types::AttributeType::Number};
    index.name = isGlobal ? "byWriter" : "byWriterHere";
    index.kind = isGlobal ? cluster::IndexKind::Global : cluster::IndexKind::Local;
    index.keys.partition = writer;
    if (!isGlobal) {
        index.keys.partition = {"pk", types::AttributeType::String};
        index.keys.sort = writer;
    }
    return index;
}

std::string session(std::uint64_t number) {
    return "session-" + std::to_string(number);
}

std::string pkOf(const std::string& image) {
    return *types::EncodedItem(image).find("pk")->as<std::string>();
}

RequestCall::Bind always(const cluster::Request& request) {
    return [request](const auto&, const auto&) { return ApiResult<cluster::Request>(request); };
}

}  // namespace

void TransactionRun::createTable() {
    std::vector<cluster::SecondaryIndex> indexes = {byWriter(true)};
    if (m_has.localIndex) indexes.push_back(byWriter(false));
    m_t.createTable(false, indexes);
    std::vector<std::uint64_t> calls;
    if (m_has.stream) {
        cluster::UpdateTable update;
        update.table = m_t.table();
        update.stream.emplace();
        update.stream->enabled = cluster::StreamView::NewAndOldImages;
        calls.push_back(m_t.submit("UpdateTable", always(update)));
        m_t.run(5s);
    }
    if (m_has.timeToLive)
        calls.push_back(m_t.submit("UpdateTimeToLive",
                                   always(cluster::UpdateTimeToLive{m_t.table(), true, "e"})));
    m_t.run(5s);
    for (const std::uint64_t call : calls) {
        if (!m_t.done(call) || m_t.failed(call)) problem("the table is not as it was to be");
    }
}

// Two items that expire, put by one transaction; some while others of the same name are expiring.
void TransactionRun::sessions() {
    if (!m_has.timeToLive || m_sessionCall != 0 || m_disk.refuses()) return;
    if (!m_shape.chance({1, 4})) return;
    const std::int64_t now = m_t.world().calendar().sinceEpoch() / 1s;
    const std::uint64_t first = m_shape.below(kSessions);
    std::vector<Act> acts;
    for (const std::uint64_t number : {first, (first + 1) % kSessions}) {
        const auto after = static_cast<std::int64_t>(m_shape.below(kSessionSecondsMax));
        acts.push_back({.pk = session(number), .item = Numbers{{"e", now + after}}});
    }
    m_sessionCall = transact(m_t, acts, "", static_cast<std::uint8_t>(m_shape.below(3)));
}

// A write that changes or keeps an item has the size of its collection, whichever of its askings
// was answered.
void TransactionRun::judgeSizes(const Client& client) {
    if (!m_has.localIndex) return;
    const cluster::Reply& reply = *m_t.answer(client.call)->result;
    std::vector<cluster::WriteReply> writes;
    if (const auto* single = std::get_if<cluster::WriteReply>(&reply)) {
        writes.push_back(*single);
    } else {
        writes = std::get<cluster::TransactWriteReply>(reply).writes;
    }
    const std::size_t changed = std::min<std::size_t>(writes.size(), 2);
    for (std::size_t i = 0; i < changed; ++i) {
        if (!writes[i].collectionBytes) problem("an answer lacks the size of a collection");
    }
}

void TransactionRun::settleTable() {
    if (m_has.localIndex) judgeCollections();
    if (m_has.stream) judgeStream();
    if (!m_has.timeToLive) return;
    std::vector<std::string> all;
    for (std::uint64_t i = 0; i < kSessions; ++i)
        all.push_back(session(i));
    const std::uint64_t read = transactGet(m_t, all);
    finish(m_t, {read});
    if (outcomeOf(m_t, read) != "ok") return problem("no answer in the end");
    for (const auto& item : itemsOf(m_t, read)) {
        if (item) problem("an item outlives its expiry");
    }
}

// Of each item: its stored size is that of the item and its entry in the local index.
void TransactionRun::judgeCollections() {
    const cluster::TablePtr table = m_t.table();
    const auto partitions = m_t.world().checksums("T", "us-east-1", false);
    for (std::uint8_t zone = 0; zone < 3; ++zone) {
        const VolumeId volume = volumeOf(RegionId(0), ZoneIndex(zone));
        std::map<std::string, std::uint64_t> sizes;  // By where a collection begins.
        const auto visit = [&](std::string_view key, std::string_view image) {
            const std::string_view hash = key.substr(types::kKeySpaceBytes, types::kHashBytes);
            sizes[types::keySpaceBegin(table->space).append(hash)] +=
                table::decodeStored(key, image)->header.itemBytes;
            return storage::ScanStep::Continue;
        };
        for (const KeySpaceId space : {table->space, table->indexes[1].space})
            static_cast<void>(m_t.store().scan(volume, types::keySpaceBegin(space),
                                               types::keySpaceEnd(space),
                                               storage::ScanDirection::Forward, visit));
        std::size_t found = 0;
        for (const auto& partition : *partitions) {
            for (const auto& [collection, bytes] : sizes) {
                const std::string key = table::collectionSizeKey(partition.group, collection);
                const SharedBytes stored = *m_t.store().get(volume, key);
                if (!stored) continue;
                ++found;
                if (table::decodeCollectionSize(key, stored) != bytes)
                    problem("the size of a collection is not that of its items");
            }
        }
        if (found != sizes.size()) problem("a collection lacks its size");
    }
}

// From its beginning, which was before the first write, the stream tells of each item all that
// became of it: each record begins where the one before it ended, an account's versions go up by
// one, and in the end it has the item as it is.
void TransactionRun::judgeStream() {
    cluster::StreamPtr stream;
    m_t.world().catalog().streams().forEach([&](const cluster::StreamPtr& one) { stream = one; });
    if (stream == nullptr) return problem("the stream is gone");
    std::map<std::string, std::string> images;
    for (const cluster::StreamShard& shard : stream->shards) {
        cluster::ReadStream read;
        read.stream = stream;
        read.shard = shard.name();
        read.limit = 1000;
        for (bool more = true; more && m_problem.empty();) {
            const std::uint64_t call = m_t.submit("GetRecords", always(read));
            finish(m_t, {call});
            if (!m_t.done(call) || m_t.failed(call)) return problem("a shard cannot be read");
            const auto& reply = std::get<cluster::StreamReply>(*m_t.answer(call)->result);
            for (const cluster::StreamEntry& entry : reply.entries)
                follow(images, entry);
            more = read.start == cluster::StreamStart::Horizon || reply.position > read.position;
            read.start = cluster::StreamStart::Position;
            read.position = reply.position;
        }
    }
    std::map<std::string, std::string> items;
    const cluster::TablePtr table = m_t.table();
    const auto visit = [&](std::string_view key, std::string_view image) {
        const auto stored = table::decodeStored(key, image);
        const std::string attributes(image.substr(stored->attributesAt));
        items[pkOf(attributes)] = attributes;
        return storage::ScanStep::Continue;
    };
    static_cast<void>(
        m_t.store().scan(volumeOf(RegionId(0), ZoneIndex(0)), types::keySpaceBegin(table->space),
                         types::keySpaceEnd(table->space), storage::ScanDirection::Forward, visit));
    if (images != items) problem("the items are not as the stream says");
}

void TransactionRun::follow(std::map<std::string, std::string>& images,
                            const cluster::StreamEntry& entry) {
    ++m_streamed;
    const std::string pk = pkOf(entry.newImage ? *entry.newImage : *entry.oldImage);
    const auto before = images.find(pk);
    const bool continues = before == images.end()
                               ? !entry.oldImage
                               : entry.oldImage && *entry.oldImage == before->second;
    if (!continues) return problem("the stream's record of " + pk + " continues no other");
    if (before != images.end()) images.erase(before);
    if (!entry.newImage) return;
    images.emplace(pk, *entry.newImage);
    if (!pk.starts_with("account") || !entry.oldImage) return;
    const auto version = [](const std::string& image) {
        return std::stoll(types::EncodedItem(image).find("k")->as<types::Number>()->text());
    };
    const std::int64_t step = version(*entry.newImage) - version(*entry.oldImage);
    if (step < 0 || step > 1) problem("the stream lacks a version of " + pk);
}

}  // namespace orrery::test
