#include <QFile>
#include <QTest>

#include <algorithm>
#include <map>

#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

// Goal: the trace tells what happened and why, whoever follows it. Method: worlds with a detailed
// trace. One is compared line by line with put_and_reads.jsonl (ORRERY_REWRITE=1 rewrites it;
// review the diff like code), for others the causes are followed back.

using namespace orrery;
using namespace orrery::observe;
using namespace std::chrono_literals;
using test::WorldHarness;

namespace {

std::vector<Event> eventsOf(WorldHarness& t) {
    return t.world().trace().since(EventId(), SIZE_MAX);
}

template <typename Body>
const Body* as(const Event* event) {
    return event == nullptr ? nullptr : std::get_if<Body>(&event->body);
}

/// A trace, by the ids of its events.
class Story {
public:
    explicit Story(WorldHarness& t) : m_events(eventsOf(t)) {}

    const std::vector<Event>& events() const { return m_events; }
    /// Null if the trace did not keep it.
    const Event* find(EventId id) const {
        const auto at = std::ranges::lower_bound(m_events, id, {}, &Event::id);
        return at == m_events.end() || at->id != id ? nullptr : &*at;
    }
    const Event* causeOf(const Event& event) const { return find(event.cause); }
    /// The last event of a kind for which `holds` is true.
    template <typename Body, typename Holds>
    const Event* last(Holds holds) const {
        for (auto event = m_events.rbegin(); event != m_events.rend(); ++event) {
            const auto* body = std::get_if<Body>(&event->body);
            if (body != nullptr && holds(*body)) return &*event;
        }
        return nullptr;
    }
    const Event* lastServed(const std::string& operation) const {
        return last<RequestServed>([&](const auto& one) { return one.operation == operation; });
    }
    /// The causes of an event, latest first, as lines of text: "message sent append", …
    QStringList pathTo(const Event* event) const {
        QStringList path;
        for (; event != nullptr; event = causeOf(*event))
            path.append(nameOf(*event));
        return path;
    }

    static QString nameOf(const Event& event) {
        const QByteArray line = QByteArray::fromStdString(eventJson(event));
        const std::string_view kind = eventKind(event.body);
        QString name = QString::fromUtf8(kind.data(), static_cast<qsizetype>(kind.size()));
        const qsizetype message = line.indexOf("\"message\":\"");
        if (message < 0) return name;
        const qsizetype begin = message + 11;
        return name + ": " + QString::fromUtf8(line.mid(begin, line.indexOf('"', begin) - begin));
    }

private:
    std::vector<Event> m_events;
};

/// Requests, a lost zone and a cut link, in a world with a global index. Before each step,
/// `isDetailed` decides whether the trace keeps details.
template <typename IsDetailed>
void live(WorldHarness& t, IsDetailed isDetailed) {
    cluster::SecondaryIndex index;
    index.name = "byValue";
    index.kind = cluster::IndexKind::Global;
    index.keys.partition = {"v", types::AttributeType::String};
    t.world().setDetailedTrace(isDetailed(0));
    t.createTable(false, {index});
    for (int step = 1; step <= 400; ++step) {
        t.world().setDetailedTrace(isDetailed(step));
        const auto zone = static_cast<std::uint8_t>(step % 3);
        if (step % 3 == 0)
            t.put("k" + std::to_string(step % 7), {{"v", std::to_string(step)}}, zone);
        if (step % 5 == 0) t.get("k" + std::to_string(step % 7), step % 2 == 0, zone);
        if (step == 50) QVERIFY(test::failZone(t.world(), "us-east-1b", 2s).has_value());
        if (step == 250)
            QVERIFY(test::cutLink(t.world(), "us-east-1a", "us-east-1c", 1s).has_value());
        t.run(10ms);
    }
    t.run(10s);
}

}  // namespace

class WorldTraceTest : public QObject {
    Q_OBJECT
private slots:
    void tellsOfAPutAndItsReads() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.createTable();
        t.world().setDetailedTrace(true);
        const EventId before = t.world().lastEvent();
        t.put("a", {{"v", "1"}});
        t.run(20ms);
        t.get("a", true);
        t.run(20ms);
        t.get("a", false);
        t.run(20ms);
        QByteArray told;
        for (const Event& event : t.world().trace().since(before, SIZE_MAX))
            told += QByteArray::fromStdString(eventJson(event)) + '\n';

        QFile file(ORRERY_TEST_SOURCE_DIR "/put_and_reads.jsonl");
        if (qEnvironmentVariableIsSet("ORRERY_REWRITE")) {
            QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
            file.write(told);
            return;
        }
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(told, file.readAll());
    }

    void leadsFromAnAnswerBackToItsRequest() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.world().setDetailedTrace(true);
        t.createTable();
        t.put("a", {{"v", "1"}});
        t.run(20ms);
        t.put("a", {{"v", "2"}});  // The leader has its lease by now.
        t.run(20ms);
        const Story story(t);
        QCOMPARE(
            story.pathTo(story.lastServed("PutItem")),
            (QStringList{"request served", "message delivered: reply", "message sent: reply",
                         "log applied", "log committed", "message delivered: append reply",
                         "message sent: append reply", "log appended", "message delivered: append",
                         "message sent: append", "message delivered: write", "message sent: write",
                         "request admitted"}));
    }

    // A strong read at a resting leader waits for the lease; an eventual read does not.
    void tellsWhatAReadWaitedFor() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.world().setDetailedTrace(true);
        t.createTable();
        t.put("a", {{"v", "1"}});
        t.run(10s);
        t.get("a", false);
        t.run(20ms);
        const Story eventual(t);
        QCOMPARE(
            eventual.pathTo(eventual.lastServed("GetItem")),
            (QStringList{"request served", "message delivered: reply", "message sent: reply",
                         "message delivered: read", "message sent: read", "request admitted"}));
        t.get("a", true);
        t.run(20ms);
        const Story strong(t);
        QCOMPARE(strong.pathTo(strong.lastServed("GetItem")),
                 (QStringList{"request served", "message delivered: reply", "message sent: reply",
                              "lease taken", "message delivered: append reply",
                              "message sent: append reply", "message delivered: renew lease",
                              "message sent: renew lease", "message delivered: read",
                              "message sent: read", "request admitted"}));
    }

    void tellsThatAnIndexWasWaitedFor() {
        WorldHarness t;
        t.world().setDetailedTrace(true);
        cluster::SecondaryIndex index;
        index.name = "byValue";
        index.kind = cluster::IndexKind::Global;
        index.keys.partition = {"v", types::AttributeType::String};
        t.createTable(false, {index});
        // The leaders of both entries' partitions have their leases by the last write.
        for (const char* value : {"1", "2", "1"}) {
            t.put("a", {{"v", value}});
            t.run(10ms);
        }
        const Story story(t);
        const QStringList path = story.pathTo(story.lastServed("PutItem"));
        QCOMPARE(path.mid(0, 6),
                 (QStringList{"request served", "message delivered: reply", "message sent: reply",
                              "message delivered: index batch reply",
                              "message sent: index batch reply", "log applied"}));
        QCOMPARE(path.count("log committed"), 2);  // In the index, and before it in the table.
        QCOMPARE(path.count("message delivered: index batch"), 1);
        QCOMPARE(path.back(), QString("request admitted"));
    }

    void leadsFromAnElectionBackToTheFault() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.world().setDetailedTrace(true);
        t.createTable();
        t.put("a", {{"v", "1"}});
        t.run(50ms);
        const Story calm(t);
        const auto zone = std::get<RequestServed>(calm.lastServed("PutItem")->body).replica.zone;
        QVERIFY(
            test::failZone(t.world(), "us-east-1" + std::string(1, char('a' + zone.value())), 5s));
        t.run(4s);
        const Story story(t);
        const auto isHere = [&](const auto& one) { return one.zone == zone; };
        const Event* failed = story.last<ZoneFailed>(isHere);
        QVERIFY(failed != nullptr && failed->cause == EventId());
        const Event* stopped = story.last<LeaderStopped>([](const auto&) { return true; });
        QVERIFY(stopped != nullptr && stopped->cause == failed->id);
        const Event* elected = story.last<LeaderElected>([](const auto&) { return true; });
        QVERIFY(elected != nullptr);
        const QStringList path = story.pathTo(elected);
        QCOMPARE(path.mid(0, 4),
                 (QStringList{"leader elected", "message delivered: vote reply",
                              "message sent: vote reply", "message delivered: vote"}));
        QCOMPARE(path.back(), QString("zone failed"));
        // The cause of the new leader's first record is its election, and the cause of a fault's
        // end is its beginning.
        const Event* appended = story.last<LogAppended>([&](const auto& one) {
            return one.replica == std::get<LeaderElected>(elected->body).replica;
        });
        QVERIFY(appended != nullptr && appended->cause == elected->id);
        t.run(2s);
        const Story after(t);
        const Event* healed = after.last<ZoneHealed>(isHere);
        QVERIFY(healed != nullptr && healed->cause == failed->id);
    }

    void tellsOfARequestThatWasLostWithItsZone() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.world().setDetailedTrace(true);
        t.createTable();
        t.put("a", {}, 1);
        t.run(100us);
        QVERIFY(test::failZone(t.world(), "us-east-1b", std::nullopt).has_value());
        t.run(5ms);
        const Story story(t);
        const Event* served = story.lastServed("PutItem");
        QVERIFY(served != nullptr);
        QCOMPARE(std::get<RequestServed>(served->body).httpStatus, 500);
        QVERIFY(as<ZoneFailed>(story.causeOf(*served)) != nullptr);
    }

    // Messages in flight when a link is cut are dropped when they would have arrived.
    void tellsOfMessagesThatAreLostOnTheirWay() {
        WorldHarness t(cluster::Profile::serviceLike());
        t.world().setDetailedTrace(true);
        t.createTable();
        for (std::uint8_t zone = 0; zone < 3; ++zone)
            t.put("a", {}, zone);
        const Instant sent = t.world().now();
        t.run(100us);
        QVERIFY(test::cutLink(t.world(), "us-east-1a", "us-east-1b", 1s).has_value());
        QVERIFY(test::cutLink(t.world(), "us-east-1a", "us-east-1c", 1s).has_value());
        QVERIFY(test::cutLink(t.world(), "us-east-1b", "us-east-1c", 1s).has_value());
        t.run(900ms);
        const Story story(t);
        int onTheWay = 0;
        int atOnce = 0;
        for (const Event& event : story.events()) {
            const auto* dropped = std::get_if<MessageDropped>(&event.body);
            if (dropped == nullptr) continue;
            const Event* cause = story.causeOf(event);
            const auto* sending = as<MessageSent>(cause);
            QVERIFY(sending != nullptr);
            QVERIFY(sending->from == dropped->from && sending->to == dropped->to);
            QVERIFY(sending->kind == dropped->kind && sending->lsn == dropped->lsn);
            QVERIFY(cause->at >= sent);
            (cause->at < event.at ? onTheWay : atOnce) += 1;
        }
        QVERIFY(onTheWay >= 2);
        QVERIFY(atOnce > 0);
    }

    void namesForEveryEventACauseThatFits() {
        WorldHarness t(cluster::Profile::serviceLike(), 3, 1'000'000);
        live(t, [](int) { return true; });
        const Story story(t);
        std::map<QString, int> counts;
        for (const Event& event : story.events()) {
            ++counts[Story::nameOf(event)];
            QVERIFY(event.cause < event.id);
            const Event* cause = story.causeOf(event);
            QVERIFY2(event.cause == EventId() || cause != nullptr, eventJson(event).c_str());
            if (const auto* delivered = as<MessageDelivered>(&event)) {
                const auto* sent = as<MessageSent>(cause);
                QVERIFY(sent != nullptr && sent->kind == delivered->kind);
                QVERIFY(sent->lsn == delivered->lsn && sent->to == delivered->to.zone);
            } else if (const auto* applied = as<LogApplied>(&event)) {
                const auto* committed = as<LogCommitted>(cause);
                QVERIFY(committed != nullptr && committed->replica == applied->replica);
                QVERIFY(committed->lsn == applied->lsn);
            } else if (const auto* one = as<LogCommitted>(&event)) {
                const auto* appended = as<LogAppended>(cause);
                QVERIFY(appended != nullptr || as<MessageDelivered>(cause) != nullptr);
                QVERIFY(appended == nullptr || appended->replica == one->replica);
            } else if (as<RequestServed>(&event) != nullptr || as<LogAppended>(&event) != nullptr ||
                       as<LeaseTaken>(&event) != nullptr || as<LeaderElected>(&event) != nullptr ||
                       as<LeaderStopped>(&event) != nullptr) {
                QVERIFY2(cause != nullptr, eventJson(event).c_str());
            }
        }
        // Such a run contains every kind of event and of message.
        QStringList missing;
        for (const char* name : {"message sent: append",
                                 "message sent: renew lease",
                                 "message sent: append reply",
                                 "message sent: commit",
                                 "message sent: check",
                                 "message sent: check reply",
                                 "message sent: vote",
                                 "message sent: vote reply",
                                 "message sent: read",
                                 "message sent: write",
                                 "message sent: reply",
                                 "message sent: index batch",
                                 "message sent: index batch reply",
                                 "log appended",
                                 "log committed",
                                 "log applied",
                                 "lease taken",
                                 "leader elected",
                                 "leader stopped",
                                 "zone failed",
                                 "zone healed",
                                 "link cut",
                                 "link healed",
                                 "request admitted",
                                 "request served"})
            if (counts[name] == 0) missing.append(name);
        QVERIFY2(missing.isEmpty(), qPrintable(missing.join(", ")));
    }

    // Keeping details changes neither what happens nor the ids.
    void isTheSameWhoeverLooks() {
        struct Run {
            std::uint64_t hash;
            EventId last;
            std::vector<std::string> lines;  ///< Of the events that are always kept.
        };
        std::vector<Run> runs;
        for (const int how : {0, 1, 2}) {
            WorldHarness t(cluster::Profile::serviceLike(), 3, 1'000'000);
            live(t, [&](int step) { return how == 2 ? step % 20 < 7 : how == 1; });
            Run run{t.world().eventHash(), t.world().lastEvent(), {}};
            std::size_t details = 0;
            for (const Event& event : eventsOf(t)) {
                if (isDetail(event.body)) {
                    ++details;
                } else {
                    run.lines.push_back(eventJson(event));
                }
            }
            QCOMPARE(details > 0, how != 0);
            runs.push_back(std::move(run));
        }
        for (const Run& run : runs) {
            QCOMPARE(run.hash, runs[0].hash);
            QCOMPARE(run.last, runs[0].last);
            QCOMPARE(run.lines, runs[0].lines);
        }
    }
};

ORRERY_TEST_CLASS(WorldTraceTest)
#include "world_trace_test.moc"
