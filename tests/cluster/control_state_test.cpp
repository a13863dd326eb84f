// Goal: clock and profile keep their settings even after a kill, and corrupt values give a
// one-sentence error. Method: one store, and several worlds on it, one after the other.

#include "core/cluster/catalog/control_state.h"

#include <QTest>

#include <array>

#include "core/base/bytes.h"
#include "core/cluster/world/world.h"
#include "core/storage/stores.h"
#include "tests/cluster/world_harness.h"
#include "tests/cluster/world_inputs.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using cluster::ClockSetting;
using cluster::Profile;

namespace {

class Folder {
public:
    storage::StorageResult<std::unique_ptr<cluster::World>> open(
        const cluster::WorldOptions& options = {}) {
        return cluster::World::open(*m_store, options, CalendarTime(1'800'000'000s));
    }
    void sync() {
        while (auto work = m_store->takeLogWork()) {
            work->run();
            m_store->finishLogWork(std::move(work));
        }
    }
    void put(std::string name, std::string value) {
        storage::Turn turn;
        turn.putValue(std::move(name), std::move(value));
        m_store->commit(std::move(turn));
        sync();
    }
    storage::MemoryStore& store() { return *m_store; }

private:
    std::unique_ptr<storage::MemoryStore> m_store = storage::MemoryStore::create();
};

QString problemOf(Folder& folder) {
    const auto world = folder.open();
    return world ? QString() : QString::fromStdString(world.error().message());
}

}  // namespace

class ControlStateTest : public QObject {
    Q_OBJECT
private slots:
    void startsWithDefaultSettings() {
        Folder folder;
        const auto world = folder.open({.profile = Profile::serviceLike()});
        QVERIFY((*world)->clockSetting() == ClockSetting());
        QVERIFY(!(*world)->clockSetting().isHeldBack());
        QCOMPARE((*world)->profile().name, std::string("service-like"));
    }

    void keepsWhatWasSetOnceItIsSynced() {
        Folder folder;
        auto world = *folder.open();
        test::setClockSetting(*world, {true, 100'000});
        test::setProfile(*world, Profile::serviceLike());
        world->endTurn();
        folder.sync();
        test::setClockSetting(*world, {});
        test::setProfile(*world, Profile::dropIn());
        world->endTurn();
        world.reset();  // Killed before this was on disk.
        folder.store().crash();
        world = *folder.open();
        QVERIFY((world->clockSetting() == ClockSetting{true, 100'000}));
        QCOMPARE(world->profile().name, std::string("service-like"));
    }

    // The profile chosen at the start overrides the saved one and replaces it.
    void prefersTheChosenProfile() {
        Folder folder;
        auto world = *folder.open();
        test::setProfile(*world, Profile::serviceLike());
        world->endTurn();
        world = *folder.open({.profile = Profile::dropIn(), .profileIsChosen = true});
        QCOMPARE(world->profile().name, std::string("drop-in"));
        world->endTurn();
        world = *folder.open({.profile = Profile::serviceLike()});
        QCOMPARE(world->profile().name, std::string("drop-in"));
    }

    // As written by versions before the version byte.
    void readsValuesOfVersion1() {
        Folder folder;
        std::string clock;
        ByteWriter(clock).u8(1);
        ByteWriter(clock).u64(100'000);
        folder.put("clock-setting", clock);
        folder.put("profile", "service-like");
        std::string stood;
        const auto nanoseconds = [](Duration d) { return static_cast<std::uint64_t>(d.count()); };
        for (const Duration one : {Duration(30s), Duration(1'700'000'000s), Duration()})
            ByteWriter(stood).u64(nanoseconds(one));
        folder.put("clock", stood);
        const auto world = *folder.open();
        QVERIFY((world->clockSetting() == ClockSetting{true, 100'000}));
        QCOMPARE(world->profile().name, std::string("service-like"));
        QCOMPARE(world->now().sinceStart(), Duration(30s));
        QCOMPARE(world->calendar().sinceEpoch(), Duration(1'700'000'000s));
    }

    void readsOlderFaults_data() {
        QTest::addColumn<bool>("hasVersion");
        QTest::newRow("version 1") << false;
        QTest::newRow("version 2") << true;
    }
    // The next id, the count, and the kind, Region, zones and instants of each fault; from version
    // 2 on after a 0 and the version.
    void readsOlderFaults() {
        QFETCH(bool, hasVersion);
        test::WorldHarness t;
        t.createTable();
        std::string faults;
        ByteWriter out(faults);
        if (hasVersion) {
            out.u8(0);
            out.u8(2);
        }
        out.varint(9);
        out.varint(2);
        const auto fault = [&](std::uint64_t id, std::array<std::uint8_t, 4> what) {
            out.varint(id);
            for (const std::uint8_t byte : what)
                out.u8(byte);
            out.u64(0);
            out.u64(static_cast<std::uint64_t>(INT64_MAX));
        };
        fault(7, {0, 0, 1, 0});
        fault(8, {1, 0, 0, 2});
        storage::Turn turn;
        turn.putValue("faults", faults);
        t.store().commit(std::move(turn));
        t.sync();
        t.kill();
        const auto shown = t.world().faults();
        QCOMPARE(shown.size(), std::size_t{2});
        QCOMPARE(shown[0].target, std::string("us-east-1a - us-east-1c"));
        QCOMPARE(shown[1].kind, std::string("zone-outage"));
        QCOMPARE(shown[1].target, std::string("us-east-1b"));
        QCOMPARE(*test::failZone(t.world(), "us-east-1a", std::nullopt), std::uint64_t{9});
    }

    void saysWhatIsDamaged_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QString>("part");
        const QString clock = "The clock setting is corrupt";
        QTest::newRow("no clock") << "clock-setting" << QByteArray() << clock;
        QTest::newRow("short clock") << "clock-setting" << QByteArray("\1\0\0", 3) << clock;
        QTest::newRow("long clock")
            << "clock-setting" << QByteArray("\0\1\0\0\0\0\0\0\0x", 10) << clock;
        QTest::newRow("speed 0") << "clock-setting" << QByteArray(9, '\0') << clock;
        QTest::newRow("speed of light") << "clock-setting" << QByteArray(9, '\1') << clock;
        QTest::newRow("paused twice")
            << "clock-setting" << QByteArray("\2\1\0\0\0\0\0\0\0", 9) << clock;
        QTest::newRow("where it stood")
            << "clock" << QByteArray("x") << "The saved time of the clock is";
        QTest::newRow("no count of starts")
            << "starts" << QByteArray() << "The count of starts is corrupt";
        QTest::newRow("later starts")
            << "starts" << QByteArray(9, '\2') << "newer version of Orrery";
        QTest::newRow("a short reset")
            << "reset/000000000000" << QByteArray("\1\0", 2) << "The time of a reset is corrupt";
        QTest::newRow("a later reset")
            << "reset/000000000000" << QByteArray(9, '\2') << "newer version of Orrery";
        QTest::newRow("faults") << "faults" << QByteArray("\2\1\1\0\7\0\0")
                                << "The list of faults is corrupt";
        QTest::newRow("faults that end early")
            << "faults" << QByteArray("\2\x80") << "The list of faults is corrupt";
        QTest::newRow("later faults")
            << "faults" << QByteArray("\0\4\1\0", 4) << "newer version of Orrery";
        QTest::newRow("a later clock")
            << "clock" << QByteArray(30, '\3') << "newer version of Orrery";
        QTest::newRow("a job's id") << "next-job" << QByteArray("\1\0\0\0", 4)
                                    << "The next id of a job is corrupt in log.mdb";
        QTest::newRow("a later job's id")
            << "next-job" << QByteArray(9, '\2') << "newer version of Orrery";
        QTest::newRow("a job") << "job/7" << QByteArray("\1\1")
                               << "The progress of a job (job/7) is corrupt in log.mdb";
        QTest::newRow("a later job") << "job/7" << QByteArray("\2\1") << "newer version of Orrery";
        QTest::newRow("a later kind of job")
            << "job/7" << QByteArray("\1\x63") << "newer version of Orrery";
        QTest::newRow("a table") << "table/7" << QByteArray("\1\2") << "is corrupt (table/7)";
        QTest::newRow("a later table")
            << "table/7" << QByteArray("\1\3")
            << "description of a table (table/7) was written by a newer version of Orrery";
        QTest::newRow("a stream") << "stream/1/2" << QByteArray("\1\1")
                                  << "The description of a stream (stream/1/2) is corrupt";
        QTest::newRow("a later stream")
            << "stream/1/2" << QByteArray("\3\1") << "newer version of Orrery";
        QTest::newRow("a later profile") << "profile" << QByteArray("adversarial")
                                         << "this version does not know, \"adversarial\"";
        QTest::newRow("no name") << "profile" << QByteArray("\1\n") << "\"??\"";
    }
    void saysWhatIsDamaged() {
        QFETCH(QString, name);
        QFETCH(QByteArray, value);
        QFETCH(QString, part);
        Folder folder;
        QCOMPARE(problemOf(folder), QString());
        folder.put(name.toStdString(), value.toStdString());
        const QString problem = problemOf(folder);
        QVERIFY2(problem.contains(part) && problem.endsWith('.'), qPrintable(problem));
    }

    void opensOverAProfileThatItDoesNotKnow() {
        Folder folder;
        folder.put("profile", "adversarial");
        const auto world = folder.open({.profileIsChosen = true});
        QVERIFY(world.has_value());
        QCOMPARE((*world)->profile().name, std::string("drop-in"));
    }
};

ORRERY_TEST_CLASS(ControlStateTest)
#include "control_state_test.moc"
