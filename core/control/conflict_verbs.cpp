// GET /conflicts: the writes that lost against a write of another Region.

#include <algorithm>
#include <iterator>
#include <set>

#include "core/control/arguments.h"
#include "core/control/verbs.h"
#include "core/types/item_codec.h"

namespace orrery::control {
namespace {

using cluster::Conflict;
using cluster::ConflictSide;
using cluster::ConflictsLook;

constexpr std::uint64_t kLimitMax = 1000;

Parsed<cluster::ConflictsLookRequest> requestIn(const Call& call) {
    cluster::ConflictsLookRequest request;
    request.table = call.argument("table");
    if (request.table.empty()) return std::unexpected(R"("table" must name a global table.)");
    auto account = accountIdIn(call.query);
    if (!account) return std::unexpected(account.error());
    request.accountId = *std::move(account);
    request.region = call.argument("region");
    if (const auto after = call.argument("after"); !after.empty()) {
        request.after = cluster::ConflictId::parse(after);
        if (!request.after)
            return std::unexpected(R"("after" must be the id of a conflict, as "next" has it.)");
    }
    if (const auto limit = call.argument("limit"); !limit.empty()) {
        const auto count = parseCount(limit);
        if (!count || *count < 1 || *count > kLimitMax)
            return std::unexpected(R"("limit" must be from 1 to 1000.)");
        request.limit = static_cast<std::size_t>(*count);
    }
    return request;
}

std::string itemText(const std::string& image) {
    std::string text;
    types::appendItemJson(text, image);
    return text;
}

void writeSide(json::Writer& out, const ConflictSide& side) {
    out.beginObject();
    out.name("region").string(side.region);
    out.name("version").string(calendarText(side.version));
    out.name("committedAt").string(calendarText(side.committedAt));
    out.name("clockOffsetMs").number(milliseconds(side.clockOffset));
    out.name("item");
    if (side.image) {
        types::appendItemJson(out.value(), *side.image);
    } else {
        out.null();
    }
    out.name("isTooLarge").boolean(side.isTooLarge).endObject();
}

/// The names of top-level attributes that the lost item has and the winner lacks or has otherwise.
std::vector<std::string> vanished(const Conflict& conflict) {
    const auto lost = conflict.lost.image ? types::decodeItem(*conflict.lost.image) : std::nullopt;
    if (!lost || conflict.winner.isTooLarge) return {};
    const auto winner = types::decodeItem(conflict.winner.image.value_or(""));
    std::vector<std::string> names;
    for (const auto& [name, value] : *lost) {
        const auto* kept = winner ? winner->find(name) : nullptr;
        if (kept == nullptr || !(*kept == value)) names.push_back(name);
    }
    return names;
}

/// Who would have won if the clocks of both Regions had been right.
std::string_view winnerByRightClocks(const Conflict& conflict) {
    const auto right = [](const ConflictSide& side) {
        return std::pair(side.version.sinceEpoch() - side.clockOffset, side.region);
    };
    return right(conflict.lost) > right(conflict.winner) ? "lost" : "winner";
}

void writeRow(json::Writer& out, const ConflictsLook::Row& row) {
    const Conflict& conflict = row.conflict;
    out.beginObject();
    out.name("id").string(conflict.id.text());
    out.name("region").string(row.region);
    out.name("key");
    if (!conflict.keyImage.empty()) {
        types::appendItemJson(out.value(), conflict.keyImage);
    } else {
        out.null();
    }
    out.name("lostWrites").number(static_cast<std::int64_t>(conflict.run.count()));
    out.name("foundAt").string(calendarText(conflict.foundAt));
    out.name("lost");
    writeSide(out, conflict.lost);
    out.name("winner");
    writeSide(out, conflict.winner);
    out.name("attributes").beginArray();
    for (const std::string& name : vanished(conflict))
        out.string(name);
    out.endArray();
    out.name("ifClocksWereRight").string(winnerByRightClocks(conflict)).endObject();
}

std::string jsonOf(const ConflictsLook& look) {
    std::string body;
    json::Writer out(body);
    out.beginObject().name("conflicts").beginArray();
    for (const ConflictsLook::Row& row : look.rows)
        writeRow(out, row);
    out.endArray();
    if (look.forgotten.count > 0) {
        out.name("forgotten").beginObject();
        out.name("count").number(static_cast<std::int64_t>(look.forgotten.count));
        out.name("before").string(calendarText(look.forgotten.before)).endObject();
    }
    out.name("more").boolean(look.more);
    if (!look.rows.empty()) out.name("next").string(look.rows.back().conflict.id.text());
    out.endObject();
    return body;
}

/// A field in quotes, as RFC 4180 has it.
std::string quoted(std::string_view text) {
    std::string field = "\"";
    for (const char c : text) {
        field += c;
        if (c == '"') field += c;
    }
    return field + '"';
}

std::string csvOf(const ConflictsLook& look) {
    std::string body =
        "id,region,key,lostWrites,foundAt,lostRegion,lostVersion,lostCommittedAt,lostItem,"
        "winnerRegion,winnerVersion,winnerCommittedAt,winnerItem,ifClocksWereRight\r\n";
    const auto addSide = [&](const ConflictSide& side) {
        body += side.region + "," + calendarText(side.version) + "," +
                calendarText(side.committedAt) + "," +
                quoted(side.image ? itemText(*side.image) : std::string()) + ",";
    };
    for (const auto& [conflict, region, tableId] : look.rows) {
        body += conflict.id.text() + "," + region + "," + quoted(itemText(conflict.keyImage)) +
                "," + std::to_string(conflict.run.count()) + "," + calendarText(conflict.foundAt) +
                ",";
        addSide(conflict.lost);
        addSide(conflict.winner);
        body += std::string(winnerByRightClocks(conflict)) + "\r\n";
    }
    return body;
}

// It waits until the turn that found the conflicts is on disk.
Response responseOf(const cluster::World& world, const ConflictsLook& look, bool isCsv) {
    Response response;
    response.gate = world.openTurn();
    if (isCsv) response.contentType = "text/csv; charset=utf-8";
    response.body = isCsv ? csvOf(look) : jsonOf(look);
    return response;
}

}  // namespace

Response getConflicts(const Call& call) {
    const auto request = requestIn(call);
    if (!request) return errorResponse(400, request.error());
    const std::string_view format = call.argument("format");
    if (!format.empty() && format != "json" && format != "csv")
        return errorResponse(400, R"("format" must be json or csv.)");
    const bool isCsv = format == "csv";
    const std::string_view follow = call.argument("follow");
    if (!follow.empty() && follow != "true" && follow != "false")
        return errorResponse(400, R"("follow" must be true or false.)");
    const auto look = call.world.lookConflicts(*request);
    if (!look) return errorResponse(404, look.error());
    const bool waits = follow == "true" && look->rows.empty();
    if (!waits) return responseOf(call.world, *look, isCsv);
    Response response;
    response.later = [request = *request, isCsv](cluster::World& world) -> std::optional<Response> {
        const auto found = world.lookConflicts(request);
        if (!found) return errorResponse(404, found.error());
        if (found->rows.empty()) return std::nullopt;
        return responseOf(world, *found, isCsv);
    };
    return response;
}

}  // namespace orrery::control
