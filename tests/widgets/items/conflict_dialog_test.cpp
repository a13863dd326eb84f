#include "widgets/items/conflict_dialog.h"

#include <QJsonDocument>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery::widgets;

namespace {

QJsonObject item(const char* json) {
    return QJsonDocument::fromJson(json).object();
}

ItemConflict edited() {
    ItemConflict conflict;
    conflict.keyText = "Orders · k";
    conflict.seen = item(R"({"id":{"S":"k"},"a":{"S":"1"},"b":{"S":"1"}})");
    conflict.mine = item(R"({"id":{"S":"k"},"a":{"S":"mine"},"b":{"S":"1"}})");
    conflict.theirs = item(R"({"id":{"S":"k"},"a":{"S":"theirs"},"b":{"S":"1"},"c":{"S":"new"}})");
    return conflict;
}

QStringList row(const ConflictDialog& dialog, int row) {
    QStringList texts;
    for (int column = 0; column < dialog.table()->columnCount(); ++column)
        texts << dialog.table()->item(row, column)->text();
    return texts;
}

}  // namespace

class ConflictDialogTest : public QObject {
    Q_OBJECT
private slots:
    void bothVersionsStandSideBySideAndDifferencesComeFirst() {
        ConflictDialog dialog(edited());
        QCOMPARE(dialog.table()->rowCount(), 4);
        QCOMPARE(row(dialog, 0),
                 (QStringList{"a", "you and others", "String: mine", "String: theirs"}));
        QCOMPARE(row(dialog, 1), (QStringList{"c", "others", "missing", "String: new"}));
        QCOMPARE(row(dialog, 2), (QStringList{"b", "", "String: 1", "String: 1"}));
        QVERIFY(dialog.comparison()->leftText()->toPlainText().contains("mine"));
        QVERIFY(dialog.comparison()->rightText()->toPlainText().contains("theirs"));
    }

    void eachButtonSaysItsDecisionAndReturnDecidesNothing() {
        ConflictDialog dialog(edited());
        QSignalSpy reapply(&dialog, &ConflictDialog::reapplyWanted);
        QSignalSpy take(&dialog, &ConflictDialog::takeTheirsWanted);
        dialog.show();
        QTest::keyClick(&dialog, Qt::Key_Return);
        QVERIFY(!dialog.isVisible());
        QCOMPARE(reapply.count() + take.count(), 0);
        dialog.show();
        dialog.reapplyButton()->click();
        dialog.show();
        dialog.takeTheirsButton()->click();
        QCOMPARE(reapply.count(), 1);
        QCOMPARE(take.count(), 1);
        QVERIFY(dialog.keepAllButton()->isHidden());
    }

    void valuesThatDifferInTheirTypesAloneLookDifferent() {
        ItemConflict conflict = edited();
        conflict.mine = item(R"({"id":{"S":"k"},"a":{"S":"5"},"b":{"L":[{"S":"5"}]}})");
        conflict.theirs = item(R"({"id":{"S":"k"},"a":{"N":"5"},"b":{"L":[{"N":"5"}]}})");
        const ConflictDialog dialog(conflict);
        QCOMPARE(row(dialog, 0).mid(2), (QStringList{"String: 5", "Number: 5"}));
        QCOMPARE(row(dialog, 1).mid(2),
                 (QStringList{R"({"L":[{"S":"5"}]})", R"({"L":[{"N":"5"}]})"}));
    }

    // The view showed the whole item, so it was added.
    void anAddedAttributeIsADifference() {
        ItemConflict conflict;
        conflict.kind = ItemConflict::Kind::Delete;
        conflict.seen = item(R"({"id":{"S":"k"}})");
        conflict.mine = conflict.seen;
        conflict.theirs = item(R"({"id":{"S":"k"},"added":{"S":"x"}})");
        const ConflictDialog dialog(conflict);
        QCOMPARE(row(dialog, 0)[0], QStringLiteral("added"));
        QCOMPARE(row(dialog, 0)[2], QStringLiteral("missing"));
    }

    void aDeletedItemIsSaidToBeDeleted() {
        ItemConflict conflict = edited();
        conflict.theirs.reset();
        const ConflictDialog dialog(conflict);
        QVERIFY(dialog.explanation().contains("deleted the item while you edited"));
        QCOMPARE(dialog.takeTheirsButton()->text(), QStringLiteral("Leave it deleted"));
        QCOMPARE(row(dialog, 0)[3], QStringLiteral("missing"));
    }

    // An index shows what it projects; the rest has not been changed by anybody.
    void whatAViewDidNotShowIsNoDifference() {
        ItemConflict conflict;
        conflict.kind = ItemConflict::Kind::Delete;
        conflict.seen = item(R"({"id":{"S":"k"},"a":{"S":"1"}})");
        conflict.mine = conflict.seen;
        conflict.theirs = item(R"({"id":{"S":"k"},"a":{"S":"2"},"big":{"S":"x"}})");
        conflict.left = 3;
        conflict.isPartial = true;
        const ConflictDialog dialog(conflict);
        QCOMPARE(row(dialog, 0)[0], QStringLiteral("a"));
        QCOMPARE(row(dialog, 1)[0], QStringLiteral("big"));
        QCOMPARE(row(dialog, 1)[2], QStringLiteral("not in your view"));
        QVERIFY(dialog.takeTheirsButton()->isHidden());
        QVERIFY(!dialog.keepAllButton()->isHidden());
        QCOMPARE(dialog.keepAllButton()->text(), QStringLiteral("Keep all 3"));
    }
};

ORRERY_TEST_CLASS(ConflictDialogTest)
#include "conflict_dialog_test.moc"
