// Goal: whatever a global table is in the middle of, a stop or a reset leaves it whole: a replica
// has everything or is gone, and each table becomes ACTIVE again. Method: a change is begun, and
// the process ends ever later, until the change is done before; values are taken away and damaged.

#include <QTest>
#include <functional>

#include "tests/cluster/replicas_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using test::ReplicasHarness;

namespace {

constexpr const char* kHome = "us-east-1";
constexpr const char* kIreland = "eu-west-1";
constexpr const char* kTokyo = "ap-northeast-1";

using End = std::function<void(ReplicasHarness&)>;

const std::vector<std::pair<const char*, End>> kEnds = {
    {"kill", [](ReplicasHarness& t) { t.kill(); }},
    {"kill, all is on disk",
     [](ReplicasHarness& t) {
         t.sync();
         t.kill();
     }},
    {"stop", [](ReplicasHarness& t) { t.restart(); }},
};

/// What is wrong with a table that has two replicas or none, and `count` items.
QString judge(ReplicasHarness& t, std::size_t count) {
    const auto home = t.describe(kHome);
    if (!home || home->table->status != TableStatus::Active) return "The table is not ACTIVE.";
    if (t.items(kHome).size() != count) return "Items are missing.";
    const TablePtr other = t.tableIn(kIreland);
    if (home->global == nullptr) {
        if (t.world().catalog().globals().size() > 0) return "A global table is left.";
        return other == nullptr ? "" : "A table is left.";
    }
    if (other == nullptr) return "A replica is missing.";
    if (other->status != TableStatus::Active) return "The replica is not ACTIVE.";
    if (home->replicas.at(0).status != ReplicaStatus::Active) return "It is not shown as ACTIVE.";
    if (t.items(kIreland) != t.items(kHome)) return "The replica differs.";
    return t.world().jobs().empty() ? "" : "A job is left.";
}

/// The names of the store's values about tables, streams and jobs.
QStringList leftIn(const ReplicasHarness& t) {
    QStringList names;
    for (const char* prefix : {"table/", "global/", "stream/", "job"}) {
        const auto values = t.store().values(prefix);
        if (!values) return {QStringLiteral("unreadable")};
        for (const auto& [name, value] : *values)
            names << QString::fromStdString(name);
    }
    return names;
}

/// Kills the process; the next one does not find the values whose names begin so.
void takeAway(ReplicasHarness& t, const std::string& prefix) {
    storage::Turn turn;
    t.sync();
    const auto values = t.store().values(prefix);
    for (const auto& [name, value] : *values)
        turn.eraseValue(name);
    t.store().commit(std::move(turn));
    t.sync();
    t.kill();
}

/// Why a world does not open on a store with this value.
std::string whyRefused(ReplicasHarness& t, const std::string& name, std::string value) {
    storage::Turn turn;
    turn.putValue(name, std::move(value));
    t.store().commit(std::move(turn));
    t.sync();
    const auto world = World::open(t.store(), t.options(), test::kCalendar);
    return world ? "opened" : world.error().message();
}

std::string tableName(const TablePtr& table) {
    return "table/" + std::to_string(table->space.value());
}

}  // namespace

class ReplicasRestartTest : public QObject {
    Q_OBJECT

    static void addEnds() {
        QTest::addColumn<int>("end");
        QTest::addColumn<bool>("isServiceLike");
        for (int end = 0; end < static_cast<int>(kEnds.size()); ++end) {
            for (const bool isServiceLike : {false, true})
                QTest::addRow("%s%s", kEnds[static_cast<std::size_t>(end)].first,
                              isServiceLike ? ", service-like" : "")
                    << end << isServiceLike;
        }
    }
    /// Of the last half of the steps, nothing is on disk.
    static void runTo(ReplicasHarness& t, bool isServiceLike, int steps) {
        const Instant until = t.world().now() + 10min;
        for (int i = 0; i < steps; ++i) {
            if (i == steps / 2) t.sync();
            if (isServiceLike)
                t.run(700ms);
            else
                t.turn(until, 5);
        }
    }

private slots:
    void aReplicaIsMadeAfterAll_data() { addEnds(); }
    void aReplicaIsMadeAfterAll() {
        QFETCH(int, end);
        QFETCH(bool, isServiceLike);
        bool wasMade = false;
        for (int steps = 0; !wasMade; steps += 1 + steps / 16) {
            ReplicasHarness t(isServiceLike ? Profile::serviceLike() : Profile::dropIn(),
                              static_cast<std::uint64_t>(steps + 1));
            t.createTable();
            t.putMany(kHome, "k", 30);
            t.sync();
            t.submitUpdate(kHome, [](UpdateTable& update) {
                update.replicas.push_back({ReplicaChange::Kind::Create, kIreland, {}});
            });
            runTo(t, isServiceLike, steps);
            const TablePtr replica = t.tableIn(kIreland);
            wasMade = replica != nullptr && replica->status == TableStatus::Active;
            kEnds[static_cast<std::size_t>(end)].second(t);
            t.run(1min);
            const QString wrong = judge(t, 30);
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong + " Steps: " + QString::number(steps)));
        }
    }

    void aReplicaIsRemovedAfterAll_data() { addEnds(); }
    void aReplicaIsRemovedAfterAll() {
        QFETCH(int, end);
        QFETCH(bool, isServiceLike);
        bool wasGone = false;
        for (int steps = 0; !wasGone; steps += 1 + steps / 16) {
            ReplicasHarness t(isServiceLike ? Profile::serviceLike() : Profile::dropIn(),
                              static_cast<std::uint64_t>(steps + 1));
            t.createTable();
            t.addReplica(kHome, kIreland);
            t.slowLink(kIreland, kHome, 300ms);
            t.putMany(kIreland, "k", 10);
            t.sync();
            t.change(kHome, ReplicaChange::Kind::Delete, kIreland);
            runTo(t, isServiceLike, steps);
            wasGone = t.tableIn(kIreland) == nullptr;
            kEnds[static_cast<std::size_t>(end)].second(t);
            t.run(2min);
            const QString wrong = judge(t, 10);
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong + " Steps: " + QString::number(steps)));
        }
    }

    void aChangeOfAReplicaEnds() {
        for (const auto& [name, end] : kEnds) {
            ReplicasHarness t(Profile::serviceLike());
            t.createTable();
            t.addReplica(kHome, kIreland);
            t.sync();
            ReplicaOverrides change;
            change.tableClass = "STANDARD_INFREQUENT_ACCESS";
            t.change(kHome, ReplicaChange::Kind::Update, kIreland, change);
            end(t);
            t.run(1min);
            QCOMPARE(judge(t, 0), QString());
        }
    }

    void aResetLeavesNothingBehind_data() {
        QTest::addColumn<int>("state");
        QTest::newRow("while a replica is made") << 0;
        QTest::newRow("three replicas") << 1;
        QTest::newRow("while one is removed") << 2;
    }
    void aResetLeavesNothingBehind() {
        QFETCH(int, state);
        for (const std::size_t countMax : {1, 2, 100}) {
            ReplicasHarness t;
            t.createTable();
            t.putMany(kHome, "k", 30);
            if (state > 0) t.addReplica(kHome, kIreland);
            if (state > 0) t.addReplica(kHome, kTokyo);
            if (state == 0) t.failRegion(kHome);
            if (state == 0) t.change(kHome, ReplicaChange::Kind::Create, kIreland);
            if (state == 2) t.slowLink(kIreland, kHome, 5min);
            if (state == 2) t.putMany(kIreland, "i", 3);
            if (state == 2) t.change(kHome, ReplicaChange::Kind::Delete, kIreland);
            t.run(1s);
            QCOMPARE(t.world().catalog().globals().size(), std::size_t{1});
            while (t.world().admit(ResetTables{"", countMax}).value_or(0) == countMax)
                t.run(100ms);
            QCOMPARE(t.world().catalog().size(), std::size_t{0});
            QCOMPARE(t.world().catalog().globals().size(), std::size_t{0});
            test::healAll(t.world());
            for (int i = 0; i < 10; ++i) {
                t.run(1s);
                t.flush();
            }
            t.run(1s);
            t.sync();
            QCOMPARE(leftIn(t), QStringList());
            t.kill();
            if (state == 2) t.slowLink(kIreland, kHome, 0s);
            t.createTable();
            t.putMany(kHome, "n", 5);
            t.addReplica(kHome, kIreland);
            QCOMPARE(judge(t, 5), QString());
        }
    }

    // A reset that is cut short leaves tables that can be used.
    void whatAResetLeavesIsWhole() {
        for (const bool isMade : {false, true}) {
            ReplicasHarness t;
            t.createTable();
            t.putMany(kHome, "k", 30);
            if (!isMade) t.failRegion(kHome);
            t.change(kHome, ReplicaChange::Kind::Create, kIreland);
            t.run(1s);
            // In order of Regions, Ireland goes first.
            QCOMPARE(t.world().admit(ResetTables{"", 1}).value_or(0), std::uint64_t{1});
            test::healAll(t.world());
            t.run(1min);
            QCOMPARE(judge(t, 30), QString());
            QVERIFY(t.tableIn(kIreland) == nullptr);
        }
    }

    void aTableThatIsMissingIsNoReplica() {
        ReplicasHarness t;
        t.createTable();
        t.addReplica(kHome, kIreland);
        t.addReplica(kHome, kTokyo);
        takeAway(t, tableName(t.tableIn(kTokyo)));
        QCOMPARE(t.describe(kHome)->replicas.size(), std::size_t{1});
        QCOMPARE(t.world().notes().at(0),
                 std::string("Table T in us-east-1 has lost a replica, since a table in another "
                             "Region is missing."));
        t.putMany(kIreland, "k", 5);
        t.run(1s);
        QCOMPARE(judge(t, 5), QString());
        takeAway(t, tableName(t.tableIn(kIreland)));
        QVERIFY(t.describe(kHome)->global == nullptr);
        QCOMPARE(t.world().notes().at(0),
                 std::string("Table T in us-east-1 is no longer global, since a table in another "
                             "Region is missing."));
        t.run(1s);
        t.sync();
        QVERIFY(t.store().values("global/")->empty());
    }

    // It has not all items, but it can be used.
    void aReplicaThatLosesItsSourceStandsAlone() {
        ReplicasHarness t;
        t.createTable();
        t.putMany(kHome, "k", 30);
        t.failRegion(kHome);
        t.change(kHome, ReplicaChange::Kind::Create, kIreland);
        t.run(1s);
        takeAway(t, tableName(t.tableIn(kHome)));
        t.run(1min);
        QCOMPARE(t.tableIn(kIreland)->status, TableStatus::Active);
        QVERIFY(t.describe(kIreland)->global == nullptr);
        QVERIFY(t.world().jobs().empty());
    }

    void aFillingWithoutItsJobsBeginsAnew() {
        ReplicasHarness t;
        t.createTable();
        t.putMany(kHome, "k", 30);
        t.failRegion(kHome);
        t.change(kHome, ReplicaChange::Kind::Create, kIreland);
        t.run(1s);
        takeAway(t, "job/");
        test::healAll(t.world());
        t.run(1min);
        QVERIFY(t.tableIn(kIreland) != nullptr);
        QCOMPARE(judge(t, 30), QString());
    }

    void anIdIsNotGivenOutAgain() {
        ReplicasHarness t;
        t.createTable();
        t.addReplica(kHome, kIreland);
        const std::uint64_t id = t.describe(kHome)->global->id;
        takeAway(t, "next");
        t.createTableNamed("U");
        QVERIFY(t.find("U")->space.value() > id);
    }

    void refusesWhatIsDamaged_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QString>("text");
        GlobalTable global;
        global.id = 900;
        global.replicas = {{KeySpaceId(1), ReplicaStatus::Active, {}, {}, {}},
                           {KeySpaceId(2), ReplicaStatus::Active, {}, {}, {}}};
        const QByteArray sound = QByteArray::fromStdString(encodeGlobalTable(global));
        const QString corrupt = "The catalog in log.mdb is corrupt (global/%1)";
        QTest::newRow("cut") << "global/900" << sound.chopped(1) << corrupt.arg(900);
        QTest::newRow("another's id") << "global/901" << sound << corrupt.arg(901);
        QTest::newRow("later") << "global/900" << QByteArray("\x9later", 6)
                               << "The description of a global table (global/900) was written by "
                                  "a newer version of Orrery";
    }
    void refusesWhatIsDamaged() {
        QFETCH(QString, name);
        QFETCH(QByteArray, value);
        QFETCH(QString, text);
        ReplicasHarness t;
        t.createTable();
        t.addReplica(kHome, kIreland);
        const std::string message = whyRefused(t, name.toStdString(), value.toStdString());
        QVERIFY2(message.starts_with(text.toStdString()), message.c_str());
    }

    void noTableIsAReplicaOfTwo() {
        ReplicasHarness t;
        t.createTable();
        t.addReplica(kHome, kIreland);
        GlobalTable other = *t.describe(kHome)->global;
        other.id = 900;
        const std::string message = whyRefused(t, "global/900", encodeGlobalTable(other));
        QVERIFY2(message.starts_with("The catalog in log.mdb is corrupt (global/"),
                 message.c_str());
    }
};

ORRERY_TEST_CLASS(ReplicasRestartTest)
#include "replicas_restart_test.moc"
