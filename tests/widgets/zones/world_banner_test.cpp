#include "widgets/zones/world_banner.h"

#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "core/observe/fault_spec.h"
#include "tests/support/test_main.h"
#include "tests/widgets/snapshots.h"
#include "widgets/clock/clock_bar.h"

using namespace orrery;
using namespace std::chrono_literals;

class WorldBannerTest : public QObject {
    Q_OBJECT
private slots:
    void isSilentWhileAllIsWell() {
        widgets::WorldBanner banner;
        banner.setSnapshot(*test::makeSnapshot({}));
        QVERIFY(banner.text().isEmpty());
    }

    void saysWhatIsBrokenAndWhatItCost() {
        auto snapshot = test::makeSnapshot({});
        snapshot->at = Instant(10s);
        observe::FaultView fault;
        fault.kind = "zone-outage";
        fault.target = "us-east-1b";
        fault.until = Instant(28s);
        fault.elections = 1;
        fault.failedRequests = 3;
        snapshot->faults.push_back(fault);
        widgets::WorldBanner banner;
        banner.setSnapshot(*snapshot);
        QCOMPARE(banner.text(), QStringLiteral("us-east-1b has failed (18 s left) — 1 election, 3 "
                                               "failed requests, 0 stale reads"));
        QVERIFY(banner.healButton()->isVisibleTo(&banner));
        QVERIFY(!banner.runButton()->isVisibleTo(&banner));
        QSignalSpy heal(&banner, &widgets::WorldBanner::healAllWanted);
        banner.healButton()->click();
        QCOMPARE(heal.count(), 1);
    }

    // A cut link between Regions costs no election: what counts is what the others lack.
    void saysHowFarTheRegionsAreBehind() {
        auto snapshot = test::makeSnapshot({});
        observe::ReplicationPairView pair;
        pair.pending = 20;
        snapshot->replication = {pair, pair};
        observe::FaultView fault;
        fault.kind = "region-isolation";
        fault.target = "eu-west-1";
        snapshot->faults.push_back(fault);
        QCOMPARE(widgets::costSummary(*snapshot),
                 QStringLiteral("40 changes behind between Regions"));
        snapshot->faults[0].failedRequests = 2;
        QCOMPARE(widgets::costSummary(*snapshot),
                 QStringLiteral("40 changes behind between Regions, 2 failed requests"));
        fault.kind = "zone-outage";
        snapshot->faults.push_back(fault);
        QCOMPARE(
            widgets::costSummary(*snapshot),
            QStringLiteral("40 changes behind between Regions, 0 elections, 2 failed requests, "
                           "0 stale reads"));
    }

    void saysWhyWritesAreRefused() {
        auto snapshot = test::makeSnapshot({});
        snapshot->writesRefused = "Writes are refused: items.mdb is damaged at page 7.";
        widgets::WorldBanner banner;
        banner.setSnapshot(*snapshot);
        QCOMPARE(banner.text(),
                 QStringLiteral("Writes are refused: items.mdb is damaged at page 7."));
        QVERIFY(!banner.healButton()->isVisibleTo(&banner));
        QVERIFY(!banner.runButton()->isVisibleTo(&banner));
    }

    void namesAFaultBeforeTheClockAndItsCost() {
        auto snapshot = test::makeSnapshot({});
        snapshot->writesRefused = "Writes are refused: the disk is full.";
        snapshot->clock.state = observe::ClockState::Paused;
        observe::FaultView fault;
        fault.kind = "zone-outage";
        fault.target = "us-east-1b";
        snapshot->faults.push_back(fault);
        widgets::WorldBanner banner;
        banner.resize(2000, 60);
        banner.setSnapshot(*snapshot);
        const QStringList rest{QStringLiteral("us-east-1b has failed"),
                               QStringLiteral("The clock is paused: 0 requests waiting"),
                               QStringLiteral("0 elections, 0 failed requests, 0 stale reads")};
        const QString refused = QStringLiteral("Writes are refused: the disk is full.");
        QCOMPARE(banner.text(), (QStringList{refused} + rest).join(QStringLiteral(" — ")));
        banner.show();
        const auto* label = banner.findChild<QLabel*>();
        QCOMPARE(label->text(), refused + u'\n' + rest.join(QStringLiteral(" · ")));
    }

    // Also those that the window cannot begin.
    void saysEveryFaultOfTheTable() {
        for (const observe::FaultSpec& spec : observe::faultSpecs()) {
            auto snapshot = test::makeSnapshot({});
            observe::FaultView fault;
            fault.kind = spec.name;
            fault.target = "eu-west-1";
            snapshot->faults.push_back(fault);
            QCOMPARE(widgets::faultSummary(*snapshot).toStdString(),
                     observe::faultText(spec.shown, "eu-west-1"));
        }
    }

    void aFaultThatIsOverIsNotSaid() {
        auto snapshot = test::makeSnapshot({});
        observe::FaultView fault;
        fault.active = false;
        snapshot->faults.push_back(fault);
        QVERIFY(widgets::faultSummary(*snapshot).isEmpty());
    }

    void saysHowManyRequestsWaitForTheClock() {
        auto snapshot = test::makeSnapshot({});
        snapshot->clock.state = observe::ClockState::Paused;
        snapshot->clock.waitingRequests = 2;
        widgets::WorldBanner banner;
        banner.setSnapshot(*snapshot);
        QCOMPARE(banner.text(), QStringLiteral("The clock is paused: 2 requests waiting"));
        QVERIFY(banner.runButton()->isVisibleTo(&banner));
        snapshot->clock.state = observe::ClockState::Running;
        snapshot->clock.speed = 0.1;
        QCOMPARE(widgets::clockSummary(*snapshot), QStringLiteral("The clock runs at 0.1×"));
        snapshot->clock.speed = 1;
        snapshot->clock.stretched = true;
        QVERIFY(widgets::clockSummary(*snapshot).contains("stretched"));
    }

    // Whoever pauses the clock steps it next.
    void stepStaysWhereItIsWhenTheClockIsPaused() {
        widgets::ClockBar bar;
        bar.show();
        observe::Snapshot snapshot;
        const auto placeOfStep = [&bar] {
            for (const QToolButton* button : bar.findChildren<QToolButton*>())
                if (button->defaultAction() == bar.stepAction()) return button->geometry();
            return QRect();
        };
        snapshot.clock.state = observe::ClockState::Running;
        bar.setSnapshot(snapshot);
        bar.grab();
        const QRect before = placeOfStep();
        QVERIFY(before.isValid());
        snapshot.clock.state = observe::ClockState::Paused;
        bar.setSnapshot(snapshot);
        QCoreApplication::sendPostedEvents();
        bar.grab();
        QCOMPARE(placeOfStep(), before);
    }

    void theClockBarFollowsTheWorld() {
        widgets::ClockBar bar;
        auto snapshot = test::makeSnapshot({});
        snapshot->clock.now = Instant(3s);
        snapshot->clock.state = observe::ClockState::Paused;
        snapshot->clock.speed = 0.3;  // Not one of its own: a script chose it.
        bar.setSnapshot(*snapshot);
        QCOMPARE(bar.timeText(), QStringLiteral("00:00:03.000"));
        QVERIFY(bar.stepAction()->isEnabled());
        QCOMPARE(bar.speedBox()->currentData().toDouble(), 0.3);
        QSignalSpy state(&bar, &widgets::ClockBar::stateWanted);
        bar.runAction()->trigger();
        QCOMPARE(state.count(), 1);
        QCOMPARE(state[0][0].toBool(), true);
    }
};

ORRERY_TEST_CLASS(WorldBannerTest)
#include "world_banner_test.moc"
