// Goal: the writes that the window builds have the intended effect when the engine evaluates them.
// Method: pairs of random items: the write turns one into the other, and fails if anything that it
// guards is different. Then the shapes that chance does not reach.

#include "widgets/items/item_write.h"

#include <QJsonArray>
#include <QRandomGenerator>
#include <QTest>

#include "app/item_deletion.h"
#include "tests/app/window_engine_fixture.h"
#include "tests/support/test_main.h"
#include "widgets/items/item_diff.h"

using namespace orrery;
using test::parsed;
using namespace orrery::widgets;

namespace {

const QStringList kKey{"id"};

QJsonObject typed(const char* type, const QJsonValue& value) {
    return {{QString::fromLatin1(type), value}};
}

/// A value of any type, as the service writes it back.
QJsonObject randomValue(QRandomGenerator& random, int depth) {
    const QString letter(QChar(u'a' + random.bounded(4)));
    switch (random.bounded(depth > 0 ? 9 : 6)) {
        case 0:
            return typed("S", letter);
        case 1:
            return typed("N", "1234567890123456789012345678901234567" +
                                  QString::number(random.bounded(1, 4)));
        case 2:
            return typed("B", random.bounded(2) == 0 ? "AAE=" : "/w==");
        case 3:
            return typed("BOOL", random.bounded(2) == 0);
        case 4:
            return typed("SS", QJsonArray{letter, "z"});
        case 5:
            return typed("NULL", true);
        case 6: {
            QJsonArray list;
            for (int i = random.bounded(3); i > 0; --i)
                list.append(randomValue(random, depth - 1));
            return typed("L", list);
        }
        default: {
            QJsonObject map;
            for (const char* name : {"x", "y.z", "size"})
                if (random.bounded(2) == 0)
                    map[QLatin1String(name)] = randomValue(random, depth - 1);
            return typed("M", map);
        }
    }
}

QJsonObject randomItem(QRandomGenerator& random) {
    QJsonObject item{{"id", typed("S", "k")}};
    for (const char* name : {"a", "b.c", "name", "values", "#d"})
        if (random.bounded(3) > 0) item[QLatin1String(name)] = randomValue(random, 3);
    return item;
}

QJsonObject wide(const QString& prefix, int count) {
    QJsonObject item{{"id", typed("S", "k")}};
    for (int i = 0; i < count; ++i)
        item[prefix + QString::number(i)] = typed("N", QString::number(i));
    return item;
}

}  // namespace

class ItemWriteEngineTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { m_test = std::make_unique<test::WindowEngine>(); }
    void cleanupTestCase() { m_test.reset(); }

    void anyItemIsTurnedIntoAnyOther() {
        QRandomGenerator random(1);
        for (int i = 0; i < 300; ++i) {
            const QJsonObject seen = randomItem(random);
            const QJsonObject wanted = randomItem(random);
            for (const Guard guard : {Guard::WholeItem, Guard::WhatIsWritten}) {
                if (changesOf(seen, wanted).isEmpty()) continue;
                m_test->put(seen);
                const auto write = changeItem("Orders", kKey, seen, wanted, guard);
                QVERIFY(write.has_value());
                const auto answer = send(*write);
                QVERIFY2(answer.status == 200, answer.body.c_str());
                QVERIFY2(changesOf(m_test->get("k"), wanted).isEmpty(),
                         qPrintable(QString::number(i)));
            }
        }
    }

    // Every concurrent write of an application is either kept or makes the window's write fail; a
    // failed write returns the item.
    void whatOthersWroteMeanwhileIsNeverLost() {
        QRandomGenerator random(2);
        int failed = 0;
        for (int i = 0; i < 300; ++i) {
            const QJsonObject seen = randomItem(random);
            const QJsonObject wanted = randomItem(random);
            const QJsonObject theirs = randomItem(random);
            if (changesOf(seen, wanted).isEmpty()) continue;
            m_test->put(theirs);
            const auto write = changeItem("Orders", kKey, seen, wanted, Guard::WhatIsWritten);
            const auto answer = send(*write);
            const QJsonObject now = m_test->get("k");
            if (answer.status == 200) {
                QVERIFY2(changesOf(now, reapply(seen, wanted, theirs)).isEmpty(),
                         qPrintable(QString::number(i)));
                continue;
            }
            ++failed;
            QVERIFY2(answer.body.find("ConditionalCheckFailed") != std::string::npos,
                     answer.body.c_str());
            QVERIFY(changesOf(now, theirs).isEmpty());
            const QJsonObject body = parsed(QByteArray::fromStdString(answer.body));
            QVERIFY(changesOf(body["Item"].toObject(), theirs).isEmpty());
        }
        QVERIFY(failed > 100);
    }

    void aWholeItemIsGuardedAgainstEachChange() {
        QRandomGenerator random(3);
        for (int i = 0; i < 100; ++i) {
            const QJsonObject seen = randomItem(random);
            QJsonObject wanted = seen;
            wanted["mine"] = typed("S", "x");
            QJsonObject theirs = randomItem(random);
            const QList<ItemChange> changes = changesOf(seen, theirs);
            const bool seenHolds = std::ranges::all_of(
                changes, [](const ItemChange& change) { return change.before.isUndefined(); });
            m_test->put(theirs);
            const auto answer = send(*changeItem("Orders", kKey, seen, wanted, Guard::WholeItem));
            QCOMPARE(answer.status == 200, seenHolds);
        }
    }

    void nothingComesBackOfAnItemThatWasDeleted() {
        m_test->call("DeleteItem", {{"TableName", "Orders"}, {"Key", key()}});
        const auto answer =
            send(*changeItem("Orders", kKey, wide("a", 1), wide("b", 1), Guard::WhatIsWritten));
        QCOMPARE(answer.status, 400);
        QVERIFY(m_test->get("k").isEmpty());
    }

    // Expressions have at most 4 KB and 300 operators.
    void wideItemsAndLargeChangesAreWritten() {
        const QJsonObject few = wide("old", 100);
        const QJsonObject many = wide("new", 1000);
        m_test->put(few);
        QCOMPARE(send(*changeItem("Orders", kKey, few, many, Guard::WholeItem)).status, 200);
        QCOMPARE(m_test->get("k"), many);
        QJsonObject edited = many;
        for (int i = 0; i < 100; ++i)
            edited["new" + QString::number(i)] = typed("S", "edited");
        QCOMPARE(send(*changeItem("Orders", kKey, many, edited, Guard::WholeItem)).status, 200);
        QCOMPARE(m_test->get("k"), edited);
    }

    void aLargeChangeTellsWhatItReplacedUnseen() {
        const QJsonObject few = wide("old", 1);
        QJsonObject theirs = few;
        theirs["theirs"] = typed("S", "x");
        m_test->put(theirs);
        const auto answer =
            send(*changeItem("Orders", kKey, few, wide("new", 1000), Guard::WholeItem));
        QCOMPARE(answer.status, 200);
        const QJsonObject body = parsed(QByteArray::fromStdString(answer.body));
        QCOMPARE(body["Attributes"].toObject(), theirs);
    }

    // An application writes after the look and before the deletion arrives.
    void aDeletionMeetsWhatIsWrittenMeanwhile() {
        for (const bool changes : {true, false}) {
            const QJsonObject seen = wide("a", 400);
            m_test->put(seen);
            QJsonObject theirs = seen;
            if (changes) theirs["theirs"] = typed("S", "x");
            std::optional<app::Deletion> deletion;
            app::deleteAsSeen(&m_test->backend(), {"us-east-1", "Orders", "Orders", kKey, {}}, seen,
                              [&deletion](const app::Deletion& made) { deletion = made; });
            m_test->put(theirs);
            QTRY_VERIFY(deletion.has_value());
            using Outcome = app::Deletion::Outcome;
            QCOMPARE(deletion->outcome, changes ? Outcome::Changed : Outcome::Deleted);
            QCOMPARE(deletion->now, changes ? theirs : QJsonObject());
            QCOMPARE(m_test->get("k"), changes ? theirs : QJsonObject());
        }
    }

private:
    static QJsonObject key() { return {{"id", typed("S", "k")}}; }

    app::Backend::Answer send(const ItemWrite& write) {
        return m_test->call(write.operation.toLatin1().constData(), write.request);
    }

    std::unique_ptr<test::WindowEngine> m_test;
};

ORRERY_TEST_CLASS(ItemWriteEngineTest)
#include "item_write_engine_test.moc"
