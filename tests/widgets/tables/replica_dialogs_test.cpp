#include <QJsonDocument>
#include <QSignalSpy>
#include <QTest>

#include "core/observe/known_regions.h"
#include "tests/support/test_main.h"
#include "tests/widgets/global/global_snapshots.h"
#include "widgets/tables/add_replica_dialog.h"
#include "widgets/tables/remove_replica_dialog.h"

using namespace orrery;
using namespace orrery::widgets;

namespace {

QByteArray compact(const QJsonObject& object) {
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QStringList shownRegions(const AddReplicaDialog& dialog) {
    QStringList regions;
    for (int i = 0; i < dialog.regions()->topLevelItemCount(); ++i)
        if (!dialog.regions()->topLevelItem(i)->isHidden())
            regions << dialog.regions()->topLevelItem(i)->text(0);
    return regions;
}

const ExplorerTarget kMusic{QStringLiteral("us-east-1"), QStringLiteral("Music"), {}};

}  // namespace

class ReplicaDialogsTest : public QObject {
    Q_OBJECT
private slots:
    void offersEachRegionThatHasNone() {
        const AddReplicaDialog dialog(kMusic, {"us-east-1", "eu-west-1"}, "12 items");
        const QStringList regions = shownRegions(dialog);
        QCOMPARE(regions.size(), static_cast<qsizetype>(observe::knownRegions().size()) - 2);
        QVERIFY(!regions.contains("us-east-1") && !regions.contains("eu-west-1"));
        QVERIFY(!dialog.addButton()->isEnabled());
        const auto dublin = AddReplicaDialog(kMusic, {}, "12 items")
                                .regions()
                                ->findItems("eu-west-1", Qt::MatchExactly);
        QCOMPARE(dublin.size(), 1);
    }

    void aPlaceIsFoundByTypingAndSentAsARequest() {
        AddReplicaDialog dialog(kMusic, {}, "12 items (1.1 KB)");
        QSignalSpy wanted(&dialog, &AddReplicaDialog::addWanted);
        dialog.show();
        QTest::keyClicks(dialog.filterLine(), "dublin");
        QCOMPARE(shownRegions(dialog), (QStringList{"eu-west-1"}));
        QCOMPARE(dialog.region(), QStringLiteral("eu-west-1"));
        QVERIFY2(dialog.explanation().startsWith("eu-west-1 gets a table Music") &&
                     dialog.explanation().contains("12 items (1.1 KB) will be copied") &&
                     dialog.explanation().contains("becomes a global table"),
                 qPrintable(dialog.explanation()));
        QTest::keyClick(&dialog, Qt::Key_Return);
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(compact(dialog.request()),
                 QByteArray(R"({"ReplicaUpdates":[{"Create":{"RegionName":"eu-west-1"}}],)"
                            R"("TableName":"Music"})"));
        QTest::keyClicks(dialog.filterLine(), "x");
        QVERIFY(dialog.region().isEmpty() && !dialog.addButton()->isEnabled());
    }

    void aTableThatIsGlobalAlreadyIsNotSaidToBecomeSo() {
        AddReplicaDialog dialog(kMusic, {"us-east-1", "eu-west-1"}, "12 items");
        QTest::keyClicks(dialog.filterLine(), "tokyo");
        QCOMPARE(dialog.region(), QStringLiteral("ap-northeast-1"));
        QVERIFY(!dialog.explanation().contains("becomes a global table"));
    }

    void aRefusalLeavesTheChoiceAsItWas() {
        AddReplicaDialog dialog(kMusic, {}, "12 items");
        QTest::keyClicks(dialog.filterLine(), "dublin");
        dialog.setSending();
        QVERIFY(!dialog.addButton()->isEnabled());
        dialog.setRefusal("ValidationException: No.");
        QCOMPARE(dialog.stateText(), QStringLiteral("ValidationException: No."));
        QCOMPARE(dialog.region(), QStringLiteral("eu-west-1"));
        QVERIFY(dialog.addButton()->isEnabled());
    }

    void delaysAreSortedAsTimes() {
        AddReplicaDialog dialog(kMusic, {}, "12 items");
        dialog.regions()->sortByColumn(2, Qt::AscendingOrder);
        Duration last{};
        for (const QString& region : shownRegions(dialog)) {
            const Duration delay = observe::delayBetweenRegions("us-east-1", region.toStdString());
            QVERIFY2(delay >= last, qPrintable(region));
            last = delay;
        }
    }

    void aReplicaIsRemovedOnlyByItsRegion() {
        RemoveReplicaDialog dialog(kMusic, {"us-east-1", "eu-west-1"});
        QCOMPARE(dialog.region(), QStringLiteral("eu-west-1"));
        QVERIFY(dialog.explanation().contains("us-east-1 keeps its items. It is no global table"));
        QVERIFY(dialog.explanation().contains("all its conflicts are forgotten"));
        QVERIFY(!dialog.removeButton()->isEnabled());
        QTest::keyClicks(dialog.nameLine(), "eu-west");
        QVERIFY(!dialog.removeButton()->isEnabled());
        QTest::keyClicks(dialog.nameLine(), "-1");
        QVERIFY(dialog.removeButton()->isEnabled());
        QCOMPARE(compact(dialog.request()),
                 QByteArray(R"({"ReplicaUpdates":[{"Delete":{"RegionName":"eu-west-1"}}],)"
                            R"("TableName":"Music"})"));
        QCOMPARE(dialog.requestRegion(), QStringLiteral("us-east-1"));
        dialog.setSending();
        dialog.setRefusal("ValidationException: Not yet.");
        QCOMPARE(dialog.stateText(), QStringLiteral("ValidationException: Not yet."));
        QCOMPARE(dialog.nameLine()->text(), QStringLiteral("eu-west-1"));
        QVERIFY(dialog.removeButton()->isEnabled());
    }

    void anotherRegionIsAskedToRemoveTheReplicaOfThisOne() {
        RemoveReplicaDialog dialog(kMusic, {"us-east-1", "eu-west-1", "ap-northeast-1"});
        dialog.regionBox()->setCurrentText("us-east-1");
        QCOMPARE(dialog.requestRegion(), QStringLiteral("eu-west-1"));
        QVERIFY(
            dialog.explanation().contains("eu-west-1, ap-northeast-1 keep their items. The "
                                          "conflicts that were noted in us-east-1 "
                                          "are forgotten. Type"));
        QCOMPARE(dialog.nameLine()->placeholderText(), QStringLiteral("us-east-1"));
    }

    void theReplicasOfATableAreThoseOfItsAccount() {
        auto snapshot = test::makeThreeRegions();
        QCOMPARE(replicaRegions(*snapshot, kMusic),
                 (QStringList{"us-east-1", "eu-west-1", "ap-northeast-1"}));
        QVERIFY(replicaRegions(*snapshot, {"sa-east-1", "Music", {}}).isEmpty());
        QVERIFY(replicaRegions(*snapshot, {"us-east-1", "Films", {}}).isEmpty());
        snapshot->globalTables[0].accountId = "123456789012";
        QVERIFY(replicaRegions(*snapshot, kMusic).isEmpty());
        QCOMPARE(replicaRegions(*snapshot, {"us-east-1", "Music", {}, "123456789012"}).size(), 3);
    }
};

ORRERY_TEST_CLASS(ReplicaDialogsTest)
#include "replica_dialogs_test.moc"
