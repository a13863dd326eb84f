#include <cstdint>
#include <memory>

#include "core/control/verbs.h"

// Reports about a world of many tables come in pieces, each of which takes a fraction of a turn.

namespace orrery::control {
namespace {

constexpr std::size_t kTablesAtOnce = 20;
constexpr std::size_t kPartitionsAtOnce = 200;

/// The current round of looks may have begun before the call, so a second one must follow.
constexpr int kRounds = 2;

void writeOn(Response& response, std::shared_ptr<SnapshotWriter> writer) {
    response.pieces = [writer = std::move(writer)](std::string& out) {
        return writer->write(out, kTablesAtOnce);
    };
}

}  // namespace

Response showWorld(const Call& call, std::string_view contentType, const MakeSnapshotWriter& make) {
    Response response;
    response.contentType = contentType;
    if (call.world.catalog().size() <= kTablesAtOnce) {
        make(call.world.makeSnapshot())->write(response.body, SIZE_MAX);
        return response;
    }
    response.later = [contentType, make,
                      rounds = kRounds](cluster::World& world) mutable -> std::optional<Response> {
        if (!world.refreshSnapshot(kPartitionsAtOnce)) --rounds;
        if (rounds > 0) return std::nullopt;
        Response shown;
        shown.contentType = contentType;
        writeOn(shown, make(world.showSnapshot()));
        return shown;
    };
    return response;
}

}  // namespace orrery::control
