#include "core/observe/event.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::observe;
using namespace std::chrono_literals;

class EventTest : public QObject {
    Q_OBJECT
private slots:
    void writesAnEventAsOneLineOfJson() {
        const Event event{
            EventId(9), EventId(4), Instant(1500ns),
            LogCommitted{{GroupId(7), RegionId(0), ZoneIndex(1)}, Lsn(812), Lsn(812)}};
        QCOMPARE(QString::fromStdString(eventJson(event)),
                 QString(R"({"id":9,"cause":4,"atNs":1500,"kind":"log committed",)"
                         R"("group":7,"region":0,"zone":"b","lsn":812})"));
    }

    void writesSeveralRecordsAsARange() {
        const LogApplied applied{{GroupId(7), RegionId(0), ZoneIndex(0)}, Lsn(3), Lsn(5)};
        const std::string line = eventJson({EventId(1), EventId(), Instant(), applied});
        QVERIFY(line.ends_with(R"("zone":"a","first":3,"lsn":5})"));
    }

    void namesEveryMessage() {
        QSet<QString> names;
        constexpr int kKinds = static_cast<int>(MessageKind::JournalReply) + 1;
        for (int kind = 0; kind < kKinds; ++kind) {
            const MessageSent sent{{}, ZoneIndex(2), static_cast<MessageKind>(kind), Lsn(4)};
            const std::string line = eventJson({EventId(1), EventId(), Instant(), sent});
            const auto object = QJsonDocument::fromJson(QByteArray::fromStdString(line)).object();
            QCOMPARE(object["to"].toString(), QString("c"));
            QCOMPARE(object["lsn"].toInt(), 4);
            QVERIFY(!object["message"].toString().isEmpty());
            names.insert(object["message"].toString());
        }
        QCOMPARE(static_cast<int>(names.size()), kKinds);
    }

    void namesTheRegionAtTheOtherEndIfItIsAnother() {
        const ReplicaRef home{GroupId(7), RegionId(0), ZoneIndex(0)};
        MessageDelivered delivered{home, ZoneIndex(2), MessageKind::Append, Lsn(4)};
        const auto json = [&] { return eventJson({EventId(1), EventId(), Instant(), delivered}); };
        QVERIFY(json().find("fromRegion") == std::string::npos);
        delivered.fromRegion = RegionId(1);
        QVERIFY(json().find(R"("from":"c","fromRegion":1)") != std::string::npos);
    }

    // User input may hold anything; a line must stay one line of valid JSON.
    void escapesWhatUsersTyped() {
        RequestServed served;
        served.operation = "GetItem";
        served.table = "a\"b\\c\nd";
        served.key = std::string("\x01\x7f", 2);
        const std::string line = eventJson({EventId(1), EventId(), Instant(), served});
        QCOMPARE(line.find('\n'), std::string::npos);
        QJsonParseError error;
        const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(line), &error);
        QCOMPARE(error.error, QJsonParseError::NoError);
        QCOMPARE(document.object()["table"].toString(), QString("a\"b\\c\nd"));
        QCOMPARE(document.object()["key"].toString(), QString("\x01\x7f"));
        QVERIFY(!document.object().contains("cause"));
    }

    void tellsWhichReplicaServedARead() {
        RequestServed served;
        served.operation = "GetItem";
        served.kind = RequestKind::Read;
        served.replicaKnown = true;
        served.replica = {GroupId(3), RegionId(0), ZoneIndex(2)};
        served.behindRecords = 3;
        served.behind = 12ms;
        const std::string line = eventJson({EventId(1), EventId(), Instant(), served});
        const auto object = QJsonDocument::fromJson(QByteArray::fromStdString(line)).object();
        QCOMPARE(object["zone"].toString(), QString("c"));
        QCOMPARE(object["behindRecords"].toInt(), 3);
        QCOMPARE(object["behindNs"].toInt(), 12'000'000);
        QCOMPARE(object["consistent"].toBool(true), false);
    }

    void namesEveryKind() {
        const EventBody bodies[] = {
            MessageSent{},         MessageDelivered{},    MessageDropped{},
            LogAppended{},         LogCommitted{},        LogApplied{},
            LeaderElected{},       LeaseTaken{},          LeaderStopped{},
            ZoneFailed{},          ZoneHealed{},          LinkCut{},
            LinkHealed{},          RequestAdmitted{},     RequestServed{},
            StorageFailed{},       TransactionPrepared{}, TransactionDecided{},
            TransactionResolved{}, TransactionStalled{}};
        static_assert(std::size(bodies) == std::variant_size_v<EventBody>);
        QSet<QString> names;
        for (const EventBody& body : bodies) {
            const std::string_view kind = eventKind(body);
            names.insert(QString::fromUtf8(kind.data(), static_cast<int>(kind.size())));
            const std::string line = eventJson({EventId(1), EventId(), Instant(), body});
            QVERIFY(QJsonDocument::fromJson(QByteArray::fromStdString(line)).isObject());
        }
        QCOMPARE(static_cast<std::size_t>(names.size()), std::size(bodies));
    }
};

ORRERY_TEST_CLASS(EventTest)
#include "event_test.moc"
