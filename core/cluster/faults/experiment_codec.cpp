#include "core/cluster/faults/experiment_codec.h"

#include "core/base/bytes.h"

namespace orrery::cluster {
namespace {

void put(ByteWriter& out, Duration duration) {
    out.u64(static_cast<std::uint64_t>(duration.count()));
}

Duration takeDuration(ByteReader& in) {
    return Duration(static_cast<std::int64_t>(in.u64()));
}

void putTags(ByteWriter& out, const std::vector<Tag>& tags) {
    out.varint(tags.size());
    for (const Tag& tag : tags) {
        out.sized(tag.key);
        out.sized(tag.value);
    }
}

std::vector<Tag> takeTags(ByteReader& in) {
    std::vector<Tag> tags;
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
        Tag tag;
        tag.key = in.sized();
        tag.value = in.sized();
        tags.push_back(std::move(tag));
    }
    return tags;
}

template <typename Value>
void putOwner(ByteWriter& out, const Value& value) {
    out.sized(value.accountId);
    out.sized(value.regionName);
    out.sized(value.clientToken);
}

template <typename Value>
void takeOwner(ByteReader& in, Value& value) {
    value.accountId = in.sized();
    value.regionName = in.sized();
    value.clientToken = in.sized();
}

void putAction(ByteWriter& out, const ExperimentAction& action) {
    out.sized(action.name);
    put(out, action.duration);
    out.varint(action.tables.size());
    for (const PausedTable& table : action.tables) {
        out.sized(table.region);
        out.sized(table.table);
    }
    out.varint(action.faults.size());
    for (const std::uint64_t fault : action.faults)
        out.varint(fault);
}

ExperimentAction takeAction(ByteReader& in) {
    ExperimentAction action;
    action.name = in.sized();
    action.duration = takeDuration(in);
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
        PausedTable table;
        table.region = in.sized();
        table.table = in.sized();
        action.tables.push_back(std::move(table));
    }
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left)
        action.faults.push_back(in.varint());
    return action;
}

/// Sums of two such durations do not overflow.
bool isSound(Duration duration) {
    return duration >= Duration::zero() && duration <= Duration::max() / 4;
}

bool areTimesSound(const Experiment& experiment) {
    bool areSound = isSound(experiment.begunAt.sinceStart()) &&
                    isSound(experiment.endedAt.sinceStart()) && isSound(experiment.delay);
    for (const ExperimentAction& action : experiment.actions)
        areSound = areSound && isSound(action.duration) && action.duration <= kExperimentMax;
    return areSound && experiment.delay <= kExperimentMax;
}

}  // namespace

std::string encodeTemplate(const ExperimentTemplate& experimentTemplate) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kTemplateVersion);
    putOwner(out, experimentTemplate);
    out.sized(experimentTemplate.definition);
    putTags(out, experimentTemplate.tags);
    put(out, experimentTemplate.createdAt.sinceEpoch());
    put(out, experimentTemplate.updatedAt.sinceEpoch());
    return bytes;
}

std::optional<ExperimentTemplate> decodeTemplate(std::string_view id, std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u8() != kTemplateVersion || id.empty()) return std::nullopt;
    ExperimentTemplate value;
    value.id = id;
    takeOwner(in, value);
    value.definition = in.sized();
    value.tags = takeTags(in);
    value.createdAt = CalendarTime(takeDuration(in));
    value.updatedAt = CalendarTime(takeDuration(in));
    if (!in.ok() || !in.atEnd()) return std::nullopt;
    return value;
}

std::string encodeExperiment(const Experiment& experiment) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kExperimentVersion);
    putOwner(out, experiment);
    out.sized(experiment.templateId);
    out.sized(experiment.definition);
    putTags(out, experiment.tags);
    put(out, experiment.createdAt.sinceEpoch());
    put(out, experiment.begunAt.sinceStart());
    put(out, experiment.delay);
    out.u8(static_cast<std::uint8_t>(experiment.end));
    put(out, experiment.endedAt.sinceStart());
    out.sized(experiment.reason);
    out.varint(experiment.actions.size());
    for (const ExperimentAction& action : experiment.actions)
        putAction(out, action);
    return bytes;
}

std::optional<Experiment> decodeExperiment(std::string_view id, std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u8() != kExperimentVersion || id.empty()) return std::nullopt;
    Experiment value;
    value.id = id;
    takeOwner(in, value);
    value.templateId = in.sized();
    value.definition = in.sized();
    value.tags = takeTags(in);
    value.createdAt = CalendarTime(takeDuration(in));
    value.begunAt = Instant(takeDuration(in));
    value.delay = takeDuration(in);
    const std::uint8_t end = in.u8();
    if (end > static_cast<std::uint8_t>(ExperimentEnd::Failed)) return std::nullopt;
    value.end = static_cast<ExperimentEnd>(end);
    value.endedAt = Instant(takeDuration(in));
    value.reason = in.sized();
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left)
        value.actions.push_back(takeAction(in));
    if (!in.ok() || !in.atEnd() || !areTimesSound(value)) return std::nullopt;
    return value;
}

}  // namespace orrery::cluster
