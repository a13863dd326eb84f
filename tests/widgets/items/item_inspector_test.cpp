#include "widgets/items/item_inspector.h"

#include <QClipboard>
#include <QElapsedTimer>
#include <QTabBar>
#include <QTest>

#include "tests/support/test_main.h"
#include "widgets/items/item_tree_model.h"

using namespace orrery::widgets;

namespace {

ItemVersions everywhere(const QJsonObject& item) {
    ItemVersions versions;
    for (std::size_t i = 0; i < versions.versions.size(); ++i) {
        ItemVersions::Version& version = versions.versions[i];
        version.zone = QStringLiteral("us-east-1") + QChar(u'a' + static_cast<char16_t>(i));
        version.role = i == 0 ? QStringLiteral("leader") : QStringLiteral("follower");
        version.up = true;
        version.present = true;
        version.item = item;
    }
    return versions;
}

QJsonObject textOf(const QString& text) {
    return {{QStringLiteral("S"), text}};
}

}  // namespace

class ItemInspectorTest : public QObject {
    Q_OBJECT
private slots:
    // One word of 400 KB, the largest item: to wrap it between words took minutes.
    void theLargestValueIsShownAsTextAtOnce() {
        ItemInspector inspector;
        inspector.resize(360, 400);
        inspector.show();
        const QJsonObject item{{"id", textOf("1")}, {"blob", textOf(QString(390'000, u'x'))}};
        inspector.setKey("us-east-1", "Odd", {{"id", textOf("1")}}, "1");
        inspector.forms()->setCurrentIndex(1);
        QElapsedTimer timer;
        timer.start();
        inspector.setVersions(everywhere(item));
        inspector.grab();
        QVERIFY2(timer.elapsed() < 3'000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(inspector.text()->toPlainText().size() > 390'000);
    }

    void withoutLeaderNoReplicaIsEvenWithIt() {
        ItemInspector inspector;
        inspector.resize(360, 400);
        inspector.setKey("us-east-1", "Odd", {{"id", textOf("1")}}, "1");
        ItemVersions versions = everywhere({{"id", textOf("1")}});
        inspector.setVersions(versions);
        inspector.findChild<QTabBar*>()->setCurrentIndex(2);
        QVERIFY(inspector.factsText().contains("even with the leader"));
        versions.versions[0].role = QStringLiteral("follower");
        versions.why = QStringLiteral("the leader, us-east-1c, reaches no majority");
        inspector.setVersions(versions);
        QVERIFY2(inspector.factsText().contains("has all that is committed; the leader, "
                                                "us-east-1c, reaches no majority"),
                 qPrintable(inspector.factsText()));
    }

    void aKeyIsShownAsItIsAndNotAsHtml() {
        ItemInspector inspector;
        inspector.resize(360, 400);
        inspector.setKey("us-east-1", "Odd", {{"id", textOf("<b>x</b>")}}, "<b>x</b>");
        bool found = false;
        for (const QLabel* label : inspector.findChildren<QLabel*>()) {
            if (!label->text().contains("<b>x</b>")) continue;
            found = true;
            QCOMPARE(label->textFormat(), Qt::PlainText);
            QVERIFY(label->toolTip().contains("&lt;b&gt;x"));
        }
        QVERIFY(found);
    }

    void aLongKeyIsCutToTheWidth() {
        ItemInspector inspector;
        inspector.resize(360, 400);
        inspector.setKey("us-east-1", "Odd", {{"id", textOf("k")}}, QString(300, u'k'));
        const auto labels = inspector.findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) {
            return label->text().startsWith("Odd") && label->text().endsWith(u'…');
        }));
    }

    void theWholeValueIsCopied() {
        ItemInspector inspector;
        const QString text(1000, u'y');
        inspector.setKey("us-east-1", "Odd", {{"id", textOf("1")}}, "1");
        inspector.setVersions(everywhere({{"id", textOf("1")}, {"long", textOf(text)}}));
        auto* tree = inspector.findChild<QTreeView*>();
        tree->setCurrentIndex(inspector.tree()->index(1, ItemTreeModel::Value));
        inspector.copyValue();
        QCOMPARE(QGuiApplication::clipboard()->text(), text);
    }
};

ORRERY_TEST_CLASS(ItemInspectorTest)
#include "item_inspector_test.moc"
