// Goal: the conflicts of a table arrive in their dock. Method: a window over a backend whose ledger
// the test writes.

#include <QApplication>
#include <QClipboard>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSettings>
#include <QStatusBar>
#include <QTest>
#include <QUrlQuery>

#include "app/conflict_reader.h"
#include "app/looks.h"
#include "app/main_window.h"
#include "tests/app/fake_backend.h"
#include "tests/app/own_settings.h"
#include "tests/support/test_main.h"
#include "tests/widgets/global/global_snapshots.h"
#include "widgets/conflicts/conflicts_view.h"

using namespace orrery;
using namespace orrery::app;
using namespace std::chrono_literals;

namespace {

/// A FakeBackend with a ledger of this many conflicts.
class LedgerBackend : public test::FakeBackend {
public:
    int conflicts = 0;
    int pages = 0;  ///< Asked for so far.

    void control(std::string_view method, std::string_view target, std::string_view json,
                 AnswerHandler handler) override {
        if (!target.starts_with("/conflicts?"))
            return FakeBackend::control(method, target, json, std::move(handler));
        ++pages;
        const QUrlQuery query(
            QString::fromUtf8(target.data(), static_cast<int>(target.size())).section(u'?', 1));
        const int first = query.queryItemValue("after").toInt();
        const int end = std::min(conflicts, first + query.queryItemValue("limit").toInt());
        QJsonArray rows;
        for (int i = first; i < end; ++i)
            rows.append(row(i + 1));
        QJsonObject body{{"conflicts", rows}, {"more", end < conflicts}};
        if (!rows.isEmpty()) body["next"] = QString::number(end);
        Answer answer;
        answer.status = 200;
        answer.body = QJsonDocument(body).toJson().toStdString();
        QTimer::singleShot(0, &m_context, [answer, handler] { handler(answer); });
    }

private:
    static QJsonObject row(int number) {
        const QJsonObject side{{"region", "us-east-1"},
                               {"version", "2026-11-28T07:05:11.480Z"},
                               {"clockOffsetMs", 5000},
                               {"item", QJsonValue()}};
        return {{"id", QString::number(number)},
                {"key", QJsonObject{{"id", QJsonObject{{"S", QString::number(number)}}}}},
                {"lostWrites", 1},
                {"foundAt", "2026-11-28T07:05:11.480Z"},
                {"lost", side},
                {"winner", side}};
    }
    QObject m_context;
};

}  // namespace

class ConflictsWindowTest : public QObject {
    Q_OBJECT
private slots:
    void aTargetIsEncoded() {
        QCOMPARE(
            QString::fromStdString(conflictsTarget("a b", {}, "1-2-3", 100)),
            QStringLiteral("/conflicts?table=a%20b&account=000000000000&after=1-2-3&limit=100"));
    }

    void aPageIsRead() {
        const ConflictsPage page = parseConflicts(
            {200,
             R"({"conflicts":[{"id":"1-2-3","region":"r","key":{"id":{"S":"k"}},"lostWrites":2,
                 "foundAt":"F","lost":{"region":"r","version":"V","committedAt":"C",
                 "clockOffsetMs":-1.5,"item":{"id":{"S":"k"}},"isTooLarge":false},
                 "winner":{"region":"q","version":"W","committedAt":"D","clockOffsetMs":0,
                 "item":null,"isTooLarge":true},"attributes":["a"],"ifClocksWereRight":"lost"}],
                 "forgotten":{"count":7,"before":"B"},"more":true,"next":"1-2-3"})",
             {}});
        QCOMPARE(page.next, QStringLiteral("1-2-3"));
        QCOMPARE(page.list.forgotten, 7);
        QCOMPARE(page.list.forgottenBefore, QStringLiteral("B"));
        QCOMPARE(page.list.conflicts.size(), 1u);
        const widgets::ListedConflict& read = page.list.conflicts[0];
        QCOMPARE(read.lostWrites, 2);
        QVERIFY(read.lost.clockOffset == Duration(-1500us));
        QVERIFY(read.lost.item && !read.winner.item && read.winner.isTooLarge);
        QVERIFY(read.wouldHaveWon);
        QCOMPARE(read.vanished, (QStringList{"a"}));
        QVERIFY(!parseConflicts({404, R"({"message":"None."})", {}}).list.error.isEmpty());
    }

    void allPagesAreReadAgainOnceChangesWereReplicated() {
        LedgerBackend backend;
        backend.conflicts = ConflictReader::kPageConflicts + 5;
        ConflictReader reader(&backend, nullptr, 0);
        reader.follow("Music", {});
        QList<std::size_t> sizes;
        connect(&reader, &ConflictReader::taken, this,
                [&sizes](const widgets::ConflictList& list) { sizes << list.conflicts.size(); });
        const auto world = test::makeThreeRegions();
        const auto readings = [&](qsizetype count) {
            return QTest::qWaitFor([&] {
                reader.setSnapshot(*world);
                return sizes.size() == count;
            });
        };
        QVERIFY(readings(2));
        QCOMPARE(sizes, (QList<std::size_t>{105, 105}));
        QCOMPARE(backend.pages, 4);
        // Nothing was replicated.
        reader.setSnapshot(*world);
        QCOMPARE(backend.pages, 4);
        backend.conflicts = 3;
        test::pairOf(*world, "us-east-1", "eu-west-1").changes = 1;
        QVERIFY(readings(3));
        QCOMPARE(sizes.last(), std::size_t{3});
    }

    void anAnswerForAnotherTableIsDropped() {
        LedgerBackend backend;
        backend.conflicts = 1;
        ConflictReader reader(&backend);
        int taken = 0;
        connect(&reader, &ConflictReader::taken, this, [&taken] { ++taken; });
        const auto world = test::makeThreeRegions();
        reader.follow("Music", {});
        reader.setSnapshot(*world);
        reader.follow({}, {});
        reader.setSnapshot(*world);
        bool isLater = false;
        QTimer::singleShot(0, this, [&isLater] { isLater = true; });
        QTRY_VERIFY(isLater);
        QCOMPARE(backend.pages, 1);
        QCOMPARE(taken, 0);
    }

    void theDockIsFilledAndCopiedWithKeys() {
        test::useOwnSettings("conflicts");
        QSettings().clear();
        LedgerBackend backend;
        backend.conflicts = 2;
        const auto world = test::makeWorld({"us-east-1", "eu-west-1"});
        backend.changeSnapshots([world](observe::Snapshot& snapshot) {
            snapshot.regions = world->regions;
            snapshot.globalTables = world->globalTables;
            snapshot.replication = world->replication;
        });
        MainWindow window(&backend, false);
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_9, Qt::AltModifier);
        const auto* view = window.findChild<widgets::ConflictsView*>();
        QTRY_COMPARE(view->list()->model()->rowCount(), 2);
        QTRY_VERIFY(view->list()->hasFocus());
        QTest::keyClick(view->list(), Qt::Key_Down);
        QTest::keyClick(view->list(), Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QApplication::clipboard()->text().contains("\"id\": \""));
        QCOMPARE(window.statusBar()->currentMessage(), QStringLiteral("1 conflict: copied"));
        QSettings().clear();
    }
};

ORRERY_TEST_CLASS(ConflictsWindowTest)
#include "conflicts_window_test.moc"
