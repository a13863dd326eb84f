#include <algorithm>

#include "core/types/item_codec.h"
#include "tests/cluster/stream_sim.h"
#include "tests/cluster/world_judges.h"

// The results of a run: answers, what the streams show, and the judges.

namespace orrery::test {

using namespace std::chrono_literals;

namespace {

std::uint64_t numberOf(const std::optional<std::string>& image) {
    if (!image) return 0;
    return std::stoull(*types::EncodedItem(*image).find("number")->as<std::string>());
}

int itemOf(const cluster::StreamEntry& entry) {
    const auto& image = entry.newImage ? entry.newImage : entry.oldImage;
    const auto key = types::EncodedItem(*image).find("pk");
    return std::stoi(key->as<std::string>()->substr(1));
}

}  // namespace

void StreamSim::collectRead(Stream& stream, const cluster::ShardName& name, Shard& shard) {
    const cluster::Answered& answered = *m_t.answer(std::exchange(shard.call, 0));
    if (!answered.result) {
        const ApiError& error = answered.result.error();
        if (error.type == ErrorType::TrimmedDataAccess) {
            ++m_report.trimmed;
            // What a read from the horizon has found, or passed, can be read on from there.
            // The shard, or the whole stream, has expired since the request was sent.
            shard.atEnd = m_t.world().catalog().streams().find(*stream.stream) == nullptr ||
                          stream.stream->findShard(name) == nullptr;
            if (!shard.atEnd && shard.jumpsAtHorizon == m_jumps && m_jumps > 0)
                problem("a consumer from the horizon finds its position trimmed");
            shard.isFromHorizon = true;
            shard.position = Lsn{};
            for (Shown& shown : stream.items)
                shown.isKnown = false;
            const bool mayBe =
                m_t.world().calendar().sinceEpoch() - stream.stream->createdAt.sinceEpoch() >
                cluster::kStreamRetention;
            if (!mayBe) problem("records of a young stream are trimmed");
        }
        if (error.type == ErrorType::ResourceNotFound &&
            m_t.world().catalog().streams().find(*stream.stream) != nullptr)
            problem("a stream is not found");
        return;
    }
    const auto& reply = std::get<cluster::StreamReply>(*answered.result);
    Lsn& last = stream.shown[name.group];
    for (const cluster::StreamEntry& entry : reply.entries) {
        if (entry.lsn <= last)
            problem("group " + std::to_string(name.group.value()) + " shows record " +
                    std::to_string(entry.lsn.value()) + " again");
        last = entry.lsn;
        show(stream, shard, entry);
    }
    if (!shard.isFromHorizon && reply.position < shard.position) problem("a position goes back");
    shard.position = reply.position;
    shard.isFromHorizon = reply.next == cluster::StreamStart::Horizon;
    shard.atEnd = reply.atEnd;
    // What it had not read by then is gone.
    if (shard.jumpsAtRead == m_jumps) return;
    for (Shown& shown : stream.items)
        shown.isKnown = false;
}

void StreamSim::show(Stream& stream, Shard& shard, const cluster::StreamEntry& entry) {
    ++m_report.entriesSeen;
    shard.position = std::max(shard.position, entry.lsn);
    if (!entry.newImage && !entry.oldImage) return problem("a deletion lacks the old image");
    const int item = itemOf(entry);
    Shown& shown = stream.items[static_cast<std::size_t>(item)];
    const std::string name = "item " + std::to_string(item) + ": ";
    const std::uint64_t number = numberOf(entry.newImage);
    if (number != 0 && number <= shown.number)
        return problem(name + "write " + std::to_string(number) + " is shown after " +
                       std::to_string(shown.number));
    if (number > m_writers[static_cast<std::size_t>(item)].asked)
        return problem(name + "a write that nobody asked for");
    if (shown.isKnown && entry.hadItem != (shown.state != 0))
        return problem(name + "the record does not continue the one before it");
    if (shown.isKnown && entry.oldImage && numberOf(entry.oldImage) != shown.state)
        return problem(name + "the old image is not the new one before it");
    const bool needsOld = hasOldImage(stream.stream->view) && entry.hadItem;
    if (needsOld && !entry.oldImage) return problem(name + "lacks its old image");
    shown.number = std::max(shown.number, number);
    shown.state = number;
    shown.isKnown = true;
    stream.owed.erase({item, number});
}

// --- answers

bool StreamSim::isReleased(std::uint64_t call) const {
    return call != 0 && m_t.done(call) && m_t.answer(call)->gate <= m_t.store().synced();
}

void StreamSim::collect() {
    findStreams();
    collectAdmin();
    for (int item = 0; item < kItems; ++item) {
        Writer& writer = m_writers[static_cast<std::size_t>(item)];
        if (!isReleased(writer.call)) continue;
        const bool isDone = !m_t.failed(std::exchange(writer.call, 0));
        writer.isKnown = isDone;
        if (!isDone) continue;
        ++m_report.writesDone;
        if (writer.isNew) writer.last = writer.isDelete ? 0 : writer.asked;
        if (!writer.isNew || writer.isDelete) continue;
        for (auto& [createdAt, one] : m_streams) {
            const bool isShown = one.items[static_cast<std::size_t>(item)].number >= writer.asked;
            const bool isOwed = one.requiredSince && *one.requiredSince <= writer.askedAt;
            if (isOwed && !isShown) one.owed.emplace(item, writer.asked);
        }
    }
    for (auto& [createdAt, one] : m_streams) {
        for (auto& [name, shard] : one.shards) {
            if (isReleased(shard.call)) collectRead(one, name, shard);
        }
        if (isReleased(one.settingsCall)) collectSettings(one);
        judgeSettings(one);
    }
}

void StreamSim::collectAdmin() {
    if (m_admin == Admin::None || !isReleased(m_adminCall)) return;
    const Admin done = std::exchange(m_admin, Admin::None);
    if (m_t.failed(m_adminCall)) {
        const std::string& why = m_t.answer(m_adminCall)->result.error().message;
        const bool isForRoom = done == Admin::Enable && why.starts_with("Too little room");
        return isForRoom ? void() : problem("a change of the table fails");
    }
    if (done == Admin::Create || done == Admin::Enable) requireStreams();
    if (done != Admin::Create && done != Admin::Delete) return;
    for (Writer& writer : m_writers) {
        writer.isKnown = writer.call == 0;
        writer.last = 0;
    }
}

// Writes that were asked for from now on, so not those in progress, must be in the open streams.
void StreamSim::requireStreams() {
    for (auto& [createdAt, one] : m_streams) {
        one.requiredSince.reset();
        if (!one.stream->disabledAt) one.requiredSince = m_step + 1;
    }
}

void StreamSim::findStreams() {
    m_t.world().catalog().streams().forEach([&](const cluster::StreamPtr& stream) {
        Stream& known = m_streams[stream->createdAt];
        known.stream = stream;
        for (const cluster::StreamShard& shard : stream->shards)
            known.shards.try_emplace(shard.name());
    });
    for (const auto& [createdAt, one] : m_streams) {
        if (m_t.world().catalog().streams().find(*one.stream) != nullptr) continue;
        const bool isOld = one.stream->disabledAt && m_t.world().calendar().sinceEpoch() -
                                                             one.stream->disabledAt->sinceEpoch() >=
                                                         cluster::kStreamRetention;
        if (!isOld && one.requiredSince) problem("a stream is lost");
    }
}

void StreamSim::judgeAtRest() {
    problem(test::judgeAtRest(m_t.world(), m_t.store(), m_lasting));
    for (const auto& [createdAt, one] : m_streams) {
        if (m_t.world().catalog().streams().find(*one.stream) == nullptr) continue;
        if (!one.owed.empty())
            problem("stream " + one.stream->label() + " lacks write " +
                    std::to_string(one.owed.begin()->second) + " of item " +
                    std::to_string(one.owed.begin()->first));
        const auto status = one.stream->status();
        if (status == cluster::StreamStatus::Enabling || status == cluster::StreamStatus::Disabling)
            problem("a stream stays " + std::string(cluster::statusText(status)));
        for (const cluster::StreamShard& shard : one.stream->shards) {
            if (shard.end && !one.shards.at(shard.name()).atEnd)
                problem("a closed shard does not end");
        }
        if (one.stream->disabledAt || table() == nullptr) continue;
        for (int item = 0; item < kItems; ++item) {
            const Shown& shown = one.items[static_cast<std::size_t>(item)];
            if (!shown.isKnown) continue;
            const auto get = m_t.get("k" + std::to_string(item), true);
            m_t.run(2s);
            if (!m_t.done(get) || m_t.failed(get)) return problem("no answer after healing");
            const std::string number = m_t.read(get, "number");
            if ((number.empty() ? 0 : std::stoull(number)) != shown.state)
                problem("item " + std::to_string(item) + " is not as its stream says");
        }
    }
}

}  // namespace orrery::test
