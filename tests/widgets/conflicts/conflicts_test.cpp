#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include "core/base/account_id.h"
#include "tests/support/test_main.h"
#include "tests/widgets/global/global_snapshots.h"
#include "widgets/conflicts/conflicts_model.h"
#include "widgets/conflicts/conflicts_view.h"
#include "widgets/items/item_comparison.h"

using namespace orrery;
using namespace std::chrono_literals;
using widgets::ConflictList;
using widgets::ConflictsModel;
using widgets::ConflictsView;
using widgets::ListedConflict;

namespace {

QJsonObject song(int number, const QString& title) {
    return {{"id", QJsonObject{{"S", QStringLiteral("song %1").arg(number)}}},
            {"title", QJsonObject{{"S", title}}}};
}

/// us-east-1 lost a write of "song <number>" at that second.
ListedConflict conflict(int number) {
    ListedConflict conflict;
    conflict.id = QStringLiteral("%1-1-1").arg(number);
    conflict.key = {{"id", QJsonObject{{"S", QStringLiteral("song %1").arg(number)}}}};
    const QString time =
        QStringLiteral("2026-11-28T07:05:%1.480Z").arg(number, 2, 10, QLatin1Char('0'));
    conflict.foundAt = time;
    conflict.lost = {QStringLiteral("us-east-1"), time, time, {}, song(number, "mine")};
    conflict.winner = {QStringLiteral("eu-west-1"), time, time, {}, song(number, "theirs")};
    conflict.vanished = {QStringLiteral("title")};
    conflict.json = {{"id", conflict.id}, {"region", "us-east-1"}, {"ifClocksWereRight", "winner"}};
    return conflict;
}

ConflictList listOf(int first, int last) {
    ConflictList list;
    for (int number = first; number <= last; ++number)
        list.conflicts.push_back(conflict(number));
    return list;
}

QStringList rowOf(const QAbstractItemModel& model, int row) {
    QStringList cells;
    for (int column = 0; column < model.columnCount(); ++column)
        cells << model.index(row, column).data().toString();
    return cells;
}

}  // namespace

class ConflictsTest : public QObject {
    Q_OBJECT
private slots:
    void aRowSaysWhoLostWhatToWhom() {
        ConflictsModel model;
        QAbstractItemModelTester tester(&model);
        model.setKeyNames({"id"});
        ConflictList list = listOf(1, 2);
        list.conflicts[1].winner.clockOffset = 5s;
        list.conflicts[1].wouldHaveWon = true;
        list.conflicts[1].lostWrites = 3;
        model.setConflicts(list.conflicts);
        QCOMPARE(rowOf(model, 0),
                 (QStringList{"song 1", "us-east-1 07:05:01.480", "eu-west-1 07:05:01.480",
                              "as the world's", "title", "1"}));
        QCOMPARE(rowOf(model, 1)[ConflictsModel::Clocks], QStringLiteral("eu-west-1 5 s ahead"));
        const QString why = widgets::explanationOf(list.conflicts[1]);
        QVERIFY2(why.startsWith("With right clocks, the lost write would have won. Lost: 3 writes, "
                                "the last one in us-east-1 at 2026-11-28 07:05:02.480 UTC."),
                 qPrintable(why));
        QVERIFY2(why.contains("by its clock, which was 5 s ahead"), qPrintable(why));
    }

    void onlyTimesOfOtherDaysHaveADate() {
        ConflictsModel model;
        ConflictList list = listOf(1, 2);
        model.setConflicts({list.conflicts[0]});
        list.conflicts[1].lost.version = QStringLiteral("2026-11-29T01:00:00.000Z");
        model.setConflicts(list.conflicts);
        QCOMPARE(rowOf(model, 0)[ConflictsModel::Lost],
                 QStringLiteral("us-east-1 11-28 07:05:01.480"));
        QCOMPARE(rowOf(model, 1)[ConflictsModel::Lost], QStringLiteral("us-east-1 01:00:00.000"));
    }

    void aDeletionAndALargeItemAreSaidToBeSo() {
        ConflictsModel model;
        ConflictList list = listOf(1, 2);
        list.conflicts[0].lost.item.reset();
        list.conflicts[0].vanished.clear();
        list.conflicts[1].winner.item.reset();
        list.conflicts[1].winner.isTooLarge = true;
        model.setConflicts(list.conflicts);
        QCOMPARE(rowOf(model, 0)[ConflictsModel::Vanished],
                 QStringLiteral("none: it was a deletion"));
        QCOMPARE(rowOf(model, 1)[ConflictsModel::Vanished], QStringLiteral("too large"));
        QVERIFY(rowOf(model, 0)[ConflictsModel::Lost].startsWith("deletion, "));
        QVERIFY(!rowOf(model, 1)[ConflictsModel::Winner].contains("deletion"));
        QVERIFY(widgets::explanationOf(list.conflicts[0]).startsWith("Lost: a deletion in "));
        ConflictsView view;
        view.setSnapshot(*test::makeThreeRegions());
        view.setList(list);
        view.list()->setCurrentIndex(view.list()->model()->index(0, 0));
        QCOMPARE(view.comparison()->leftText()->toPlainText(),
                 QStringLiteral("This write deleted the item."));
        QCOMPARE(view.comparison()->table()->item(0, 2)->text(), QStringLiteral("deleted"));
        view.list()->setCurrentIndex(view.list()->model()->index(1, 0));
        QVERIFY(view.comparison()->rightText()->toPlainText().contains("larger than 64 KB"));
        QCOMPARE(view.comparison()->table()->item(1, 3)->text(), QStringLiteral("not kept"));
    }

    void rowsComeAndGoAtTheirPlaces() {
        ConflictsModel model;
        QAbstractItemModelTester tester(&model);
        QSignalSpy reset(&model, &ConflictsModel::modelReset);
        ConflictList list;
        for (const int number : {2, 3, 6, 7})
            list.conflicts.push_back(conflict(number));
        model.setConflicts(list.conflicts);
        const QPersistentModelIndex six = model.index(2, 0);
        model.setConflicts(listOf(3, 9).conflicts);
        QCOMPARE(model.rowCount(), 7);
        for (int row = 0; row < 7; ++row)
            QCOMPARE(model.conflict(row), conflict(row + 3));
        QCOMPARE(six.row(), 3);
        QSignalSpy changed(&model, &ConflictsModel::dataChanged);
        list = listOf(3, 9);
        list.conflicts[4].lostWrites = 2;
        model.setConflicts(list.conflicts);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 4);
        model.setConflicts({});
        QCOMPARE(model.rowCount() + reset.count(), 0);
    }

    void theChosenOneShowsBothVersionsSideBySide() {
        ConflictsView view;
        view.setSnapshot(*test::makeThreeRegions());
        view.setList(listOf(1, 3));
        view.list()->setCurrentIndex(view.list()->model()->index(1, 0));
        const QTableWidget* table = view.comparison()->table();
        QCOMPARE(table->horizontalHeaderItem(2)->text(), QStringLiteral("Lost: us-east-1"));
        QCOMPARE(table->horizontalHeaderItem(3)->text(), QStringLiteral("Won: eu-west-1"));
        QCOMPARE(table->item(0, 0)->text(), QStringLiteral("title"));
        QCOMPARE(table->item(0, 2)->text(), QStringLiteral("String: mine"));
        QCOMPARE(table->item(0, 3)->text(), QStringLiteral("String: theirs"));
        QVERIFY(table->item(0, 2)->background() != table->item(1, 2)->background());
        QVERIFY(view.detailText().contains("07:05:02.480"));
    }

    // Also one that was lost before others, but found after them.
    void whatThePersonLooksAtStaysWhereItIs() {
        ConflictsView view;
        view.resize(900, 220);
        view.setSnapshot(*test::makeThreeRegions());
        view.setList(listOf(20, 50));
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        view.list()->verticalScrollBar()->setValue(100);
        const int row = view.list()->rowAt(60);
        view.list()->selectRow(row);
        const auto top = [&view] {
            return view.list()->visualRect(view.list()->currentIndex()).top();
        };
        const int before = top();
        view.setList(listOf(1, 59));
        QCOMPARE(view.list()->currentIndex().row(), row + 19);
        QCOMPARE(top(), before);
        view.setList(listOf(19, 55));
        QCOMPARE(top(), before);
        QCOMPARE(view.list()->selectionModel()->selectedRows().size(), 1);
    }

    void thoseWhoLookAtTheNewestSeeTheNextOneCome() {
        ConflictsView view;
        view.resize(900, 220);
        view.setSnapshot(*test::makeThreeRegions());
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        view.setList(listOf(1, 30));
        view.setList(listOf(1, 40));
        const QScrollBar* bar = view.list()->verticalScrollBar();
        QVERIFY(bar->maximum() > 0);
        QCOMPARE(bar->value(), bar->maximum());
    }

    void aChosenOneThatGoesChoosesNoOther() {
        ConflictsView view;
        view.setSnapshot(*test::makeThreeRegions());
        view.setList(listOf(1, 3));
        view.list()->selectRow(1);
        ConflictList rest = listOf(1, 3);
        rest.conflicts.erase(rest.conflicts.begin() + 1);
        view.setList(rest);
        QVERIFY(!view.list()->currentIndex().isValid());
        QVERIFY(view.list()->selectionModel()->selectedRows().isEmpty());
    }

    void saysHowManyWereDropped() {
        ConflictsView view;
        view.setSnapshot(*test::makeThreeRegions());
        ConflictList list = listOf(1, 2);
        view.setList(list);
        QCOMPARE(view.titleText(), QStringLiteral("2 conflicts · by the time of the lost write"));
        list.forgotten = 1204;
        list.forgottenBefore = QStringLiteral("2026-11-27T10:00:00.000Z");
        view.setList(list);
        QCOMPARE(view.titleText(), QStringLiteral("2 conflicts · 1,204 older ones dropped, of "
                                                  "2026-11-27 10:00:00.000 UTC or before"));
    }

    void theAdviceFitsTheWorld() {
        ConflictsView view;
        view.setSnapshot(*test::makeSnapshot({}));
        QVERIFY(view.adviceText().contains("No table has replicas in two Regions yet"));
        QVERIFY(view.table().isEmpty());
        view.setSnapshot(*test::makeThreeRegions());
        QCOMPARE(view.adviceText(), QStringLiteral("Reading…"));
        view.setList({});
        QVERIFY(view.adviceText().startsWith("No write of Music was lost. To make a conflict"));
        ConflictList failed;
        failed.error = QStringLiteral("There is no table.");
        view.setList(failed);
        QCOMPARE(view.adviceText(), failed.error);
        view.setList(listOf(1, 1));
        QVERIFY(view.adviceText().isEmpty());
    }

    void aGlobalTableInFrontIsShown() {
        auto snapshot = test::makeThreeRegions();
        test::addGlobalTable(*snapshot, "Films", {"us-east-1", "eu-west-1"});
        test::addGlobalTable(*snapshot, "Strong", {"us-east-1", "eu-west-1"});
        snapshot->globalTables[2].consistency = "STRONG";
        ConflictsView view;
        QSignalSpy wanted(&view, &ConflictsView::listWanted);
        view.setSnapshot(*snapshot);
        QCOMPARE(view.table(), QStringLiteral("Music"));
        QCOMPARE(view.tableBox()->count(), 2);
        view.setList(listOf(1, 1));
        view.setTableInFront("Films", {});
        QCOMPARE(view.table(), QStringLiteral("Films"));
        QCOMPARE(view.adviceText(), QStringLiteral("Reading…"));
        view.setTableInFront("Regional", {});
        QCOMPARE(view.table(), QStringLiteral("Films"));
        QCOMPARE(wanted.count(), 2);
    }

    void aTableOfAnotherAccountIsNamedSo() {
        auto snapshot = test::makeThreeRegions();
        snapshot->globalTables[0].accountId = "123456789012";
        ConflictsView view;
        view.setSnapshot(*snapshot);
        QCOMPARE(view.account(), QStringLiteral("123456789012"));
        QCOMPARE(view.tableBox()->currentText(), QStringLiteral("Music (account 123456789012)"));
        snapshot->globalTables[0].accountId = kSharedAccount;
        view.setSnapshot(*snapshot);
        QVERIFY(view.account().isEmpty());
    }

    void conflictsAreCopiedAsJsonAndCsv() {
        ConflictsView view;
        view.setSnapshot(*test::makeThreeRegions());
        view.setList(listOf(1, 2));
        QSignalSpy copied(&view, &ConflictsView::copied);
        view.copy(ConflictsView::CopyFormat::Json);
        const auto text = [] { return QGuiApplication::clipboard()->text(); };
        QCOMPARE(QJsonDocument::fromJson(text().toUtf8()).array().size(), 2);
        view.list()->selectRow(1);
        view.copy(ConflictsView::CopyFormat::Json);
        QCOMPARE(QJsonDocument::fromJson(text().toUtf8()).object()["id"].toString(),
                 QStringLiteral("2-1-1"));
        view.copy(ConflictsView::CopyFormat::Csv);
        // Quotes as apostrophes, because moc stumbles over raw strings with quotes.
        QCOMPARE(text().section(u'\n', 1).replace(u'"', u'\''),
                 QStringLiteral("2-1-1,us-east-1,'{''id'':{''S'':''song 2''}}',1,"
                                "2026-11-28T07:05:02.480Z,us-east-1,2026-11-28T07:05:02.480Z,"
                                "2026-11-28T07:05:02.480Z,"
                                "'{''id'':{''S'':''song 2''},''title'':{''S'':''mine''}}',"
                                "eu-west-1,2026-11-28T07:05:02.480Z,2026-11-28T07:05:02.480Z,"
                                "'{''id'':{''S'':''song 2''},''title'':{''S'':''theirs''}}',"
                                "winner\n"));
        QCOMPARE(copied.count(), 3);
        QCOMPARE(copied[2][0].toString(), QStringLiteral("1 conflict"));
    }
};

ORRERY_TEST_CLASS(ConflictsTest)
#include "conflicts_test.moc"
