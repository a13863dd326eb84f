// Events as text. This folder is on the same floor as core/json, so the little JSON of a line is
// written here: numbers, names that need no escapes, and a few texts that may hold whatever a user
// typed.

#include "core/observe/event.h"

#include <charconv>
#include <string_view>
#include <type_traits>

#include "core/base/overloaded.h"
#include "core/base/text.h"
#include "core/base/zone_letter.h"

namespace orrery::observe {
namespace {

std::string_view messageName(MessageKind kind) {
    switch (kind) {
        case MessageKind::Append:
            return "append";
        case MessageKind::Renew:
            return "renew lease";
        case MessageKind::AppendReply:
            return "append reply";
        case MessageKind::Commit:
            return "commit";
        case MessageKind::Check:
            return "check";
        case MessageKind::CheckReply:
            return "check reply";
        case MessageKind::Vote:
            return "vote";
        case MessageKind::VoteReply:
            return "vote reply";
        case MessageKind::CopyRequest:
            return "copy request";
        case MessageKind::Copy:
            return "copy";
        case MessageKind::HandOver:
            return "hand over";
        case MessageKind::Read:
            return "read";
        case MessageKind::Write:
            return "write";
        case MessageKind::Reply:
            return "reply";
        case MessageKind::IndexBatch:
            return "index batch";
        case MessageKind::IndexBatchReply:
            return "index batch reply";
        case MessageKind::ReplicaBatch:
            return "replica batch";
        case MessageKind::ReplicaBatchReply:
            return "replica batch reply";
        case MessageKind::JournalRequest:
            return "journal request";
        case MessageKind::JournalReply:
            return "journal reply";
    }
    return "";
}

/// One flat JSON object, member by member.
class Line {
public:
    Line() : m_text("{") {}

    Line& number(std::string_view name, std::uint64_t value) { return integer(name, value); }
    Line& number(std::string_view name, std::int64_t value) { return integer(name, value); }
    Line& flag(std::string_view name, bool value) {
        begin(name);
        m_text += value ? "true" : "false";
        return *this;
    }
    Line& text(std::string_view name, std::string_view value) {
        begin(name);
        m_text += '"';
        for (const char character : value)
            escape(character);
        m_text += '"';
        return *this;
    }
    Line& zone(std::string_view name, ZoneIndex zone) {
        const char letter = letterOf(zone);
        return text(name, std::string_view(&letter, 1));
    }
    Line& replica(const ReplicaRef& replica) {
        return number("group", replica.group.value())
            .number("region", std::uint64_t{replica.region.value()})
            .zone("zone", replica.zone);
    }
    std::string take() {
        m_text += '}';
        return std::move(m_text);
    }

private:
    template <typename Integer>
    Line& integer(std::string_view name, Integer value) {
        begin(name);
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        m_text.append(digits, end);
        return *this;
    }
    void begin(std::string_view name) {
        if (m_text.size() > 1) m_text += ',';
        m_text += '"';
        m_text += name;
        m_text += "\":";
    }
    void escape(char character) {
        constexpr std::string_view kHex = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            m_text += '\\';
            m_text += character;
        } else if (byte < 0x20) {
            m_text += "\\u00";
            m_text += kHex[byte >> 4];
            m_text += kHex[byte & 15];
        } else {
            m_text += character;
        }
    }

    std::string m_text;
};

void addRequest(Line& line, const RequestServed& served) {
    line.text("operation", served.operation).text("table", served.table);
    if (!served.key.empty()) line.text("key", served.key);
    line.number("status", std::int64_t{served.httpStatus});
    if (!served.error.empty()) line.text("error", served.error);
    if (!served.errorText.empty()) line.text("errorText", served.errorText);
    if (served.kind == RequestKind::Read) line.flag("consistent", served.consistent);
    if (served.replicaKnown) {
        line.replica(served.replica)
            .flag("leader", served.leader)
            .number("lsn", served.lsn.value())
            .number("behindRecords", served.behindRecords)
            .number("behindNs", std::int64_t{served.behind.count()});
        if (served.kind == RequestKind::Read) line.number("staleItems", served.staleItems);
    }
    line.number("admittedAtNs", std::int64_t{served.admittedAt.sinceStart().count()})
        .number("tookNs", std::int64_t{served.took.count()});
}

void addLink(Line& line, RegionId region, ZoneIndex a, ZoneIndex b) {
    line.number("region", std::uint64_t{region.value()}).zone("zone", a).zone("otherZone", b);
}

/// The other end of a message, "to" or "from" which it went.
struct OtherEnd {
    std::string_view way;
    ZoneIndex zone;
    std::optional<RegionId> region;
};

void addMessage(Line& line, const ReplicaRef& replica, const OtherEnd& other, MessageKind kind,
                Lsn lsn) {
    line.replica(replica).zone(other.way, other.zone);
    if (other.region)
        line.number(std::string(other.way) + "Region", std::uint64_t{other.region->value()});
    line.text("message", messageName(kind));
    if (lsn != Lsn{}) line.number("lsn", lsn.value());
}

void addRecords(Line& line, const ReplicaRef& replica, Lsn first, Lsn last) {
    line.replica(replica);
    if (first != last) line.number("first", first.value());
    line.number("lsn", last.value());
}

void addBody(Line& line, const EventBody& body) {
    std::visit(
        Overloaded{
            [&](const MessageSent& event) {
                addMessage(line, event.from, {"to", event.to, event.toRegion}, event.kind,
                           event.lsn);
            },
            [&](const MessageDelivered& event) {
                addMessage(line, event.to, {"from", event.from, event.fromRegion}, event.kind,
                           event.lsn);
            },
            [&](const MessageDropped& event) {
                addMessage(line, event.from, {"to", event.to, event.toRegion}, event.kind,
                           event.lsn);
            },
            [&](const LogAppended& event) {
                addRecords(line, event.replica, event.first, event.lsn);
            },
            [&](const LogCommitted& event) {
                addRecords(line, event.replica, event.first, event.lsn);
            },
            [&](const LogApplied& event) {
                addRecords(line, event.replica, event.first, event.lsn);
            },
            [&](const LeaderElected& event) {
                line.replica(event.replica).number("term", event.term);
            },
            [&](const LeaseTaken& event) {
                line.replica(event.replica)
                    .number("untilNs", std::int64_t{event.until.sinceStart().count()});
            },
            [&](const LeaderStopped& event) {
                line.replica(event.replica).number("term", event.term);
            },
            [&](const ZoneFailed& event) {
                line.number("region", std::uint64_t{event.region.value()}).zone("zone", event.zone);
            },
            [&](const ZoneHealed& event) {
                line.number("region", std::uint64_t{event.region.value()}).zone("zone", event.zone);
            },
            [&](const LinkCut& event) { addLink(line, event.region, event.a, event.b); },
            [&](const LinkHealed& event) { addLink(line, event.region, event.a, event.b); },
            [&](const RequestAdmitted& event) {
                line.text("operation", event.operation).zone("zone", event.zone);
            },
            [&](const RequestServed& event) { addRequest(line, event); },
            [&](const StorageFailed& event) { line.text("text", event.message); },
            [&](const TransactionPrepared& event) {
                addRecords(line, event.replica, event.lsn, event.lsn);
                line.number("items", event.items).flag("accepted", event.isAccepted);
            },
            [&](const TransactionDecided& event) {
                addRecords(line, event.replica, event.lsn, event.lsn);
                line.number("transaction", event.number).flag("committed", event.isCommitted);
            },
            [&](const TransactionResolved& event) {
                line.number("region", std::uint64_t{event.region.value()})
                    .zone("zone", event.zone)
                    .number("items", event.items)
                    .flag("committed", event.isCommitted)
                    .flag("recovery", event.isRecovery);
            },
            [&](const TransactionStalled& event) {
                line.number("region", std::uint64_t{event.region.value()})
                    .zone("zone", event.zone)
                    .number("transaction", event.number);
            },
        },
        body);
}

}  // namespace

std::string_view shortText(std::string_view message) {
    return wholeCharacters(message, kErrorTextMax);
}

bool isDetail(const EventBody& body) {
    // A new event says here, too, which of the two it is.
    return std::visit(Overloaded{
                          []<OneOf<MessageSent, MessageDelivered, MessageDropped, LogAppended,
                                   LogCommitted, LogApplied, LeaseTaken, RequestAdmitted,
                                   TransactionPrepared, TransactionDecided, TransactionResolved>
                                 T>(const T&) {
                              static_assert(kIsDetail<T>);
                              return true;
                          },
                          []<OneOf<LeaderElected, LeaderStopped, ZoneFailed, ZoneHealed, LinkCut,
                                   LinkHealed, RequestServed, StorageFailed, TransactionStalled>
                                 T>(const T&) {
                              static_assert(!kIsDetail<T>);
                              return false;
                          },
                      },
                      body);
}

std::string_view eventKind(const EventBody& body) {
    return std::visit(Overloaded{
                          [](const MessageSent&) { return "message sent"; },
                          [](const MessageDelivered&) { return "message delivered"; },
                          [](const MessageDropped&) { return "message dropped"; },
                          [](const LogAppended&) { return "log appended"; },
                          [](const LogCommitted&) { return "log committed"; },
                          [](const LogApplied&) { return "log applied"; },
                          [](const LeaderElected&) { return "leader elected"; },
                          [](const LeaseTaken&) { return "lease taken"; },
                          [](const LeaderStopped&) { return "leader stopped"; },
                          [](const ZoneFailed&) { return "zone failed"; },
                          [](const ZoneHealed&) { return "zone healed"; },
                          [](const LinkCut&) { return "link cut"; },
                          [](const LinkHealed&) { return "link healed"; },
                          [](const RequestAdmitted&) { return "request admitted"; },
                          [](const RequestServed&) { return "request served"; },
                          [](const StorageFailed&) { return "storage failed"; },
                          [](const TransactionPrepared&) { return "transaction prepared"; },
                          [](const TransactionDecided&) { return "transaction decided"; },
                          [](const TransactionResolved&) { return "transaction resolved"; },
                          [](const TransactionStalled&) { return "transaction stalled"; },
                      },
                      body);
}

std::string eventJson(const Event& event) {
    Line line;
    line.number("id", event.id.value());
    if (event.cause.value() != 0) line.number("cause", event.cause.value());
    line.number("atNs", std::int64_t{event.at.sinceStart().count()})
        .text("kind", eventKind(event.body));
    addBody(line, event.body);
    return line.take();
}

}  // namespace orrery::observe
