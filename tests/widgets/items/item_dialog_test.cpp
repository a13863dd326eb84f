#include "widgets/items/item_dialog.h"

#include <QtTest>

#include "tests/support/test_main.h"

using namespace orrery::widgets;

namespace {

QJsonObject typed(const char* type, const QString& value) {
    return {{QString::fromLatin1(type), value}};
}

QJsonObject textKey() {
    return {{"id", typed("S", "")}};
}

}  // namespace

class ItemDialogTest : public QObject {
    Q_OBJECT
private slots:
    void anItemIsCheckedAsItIsTyped() {
        ItemDialog dialog("Orders", textKey());
        dialog.editor()->setPlainText("{\n\"id\": ");
        QVERIFY(dialog.problem().startsWith("Line 2"));
        QVERIFY(!dialog.putButton()->isEnabled());
        dialog.editor()->setPlainText(R"({"other": {"S": "x"}})");
        QVERIFY(dialog.problem().contains("id"));
        dialog.editor()->setPlainText(R"({"id": {"S": "x"}, "n": {"N": "1"}})");
        QVERIFY(dialog.putButton()->isEnabled());
        QCOMPARE(dialog.item().value("n")["N"].toString(), QStringLiteral("1"));
    }

    void plainJsonGetsItsTypes() {
        ItemDialog dialog("Orders", textKey());
        dialog.editor()->setPlainText(R"({"id": "x", "n": 1.5, "l": [true, null], "m": {"S": 1}})");
        const QJsonObject item = dialog.item();
        QCOMPARE(item["id"]["S"].toString(), QStringLiteral("x"));
        QCOMPARE(item["n"]["N"].toString(), QStringLiteral("1.5"));
        QCOMPARE(item["l"]["L"][1]["NULL"].toBool(), true);
        QCOMPARE(item["m"]["M"]["S"]["N"].toString(), QStringLiteral("1"));
    }

    // A double has 15 or 16 digits, a number of the service 38.
    void plainNumbersKeepEveryDigit() {
        const QJsonObject item = typedItem(
            R"({"n": 12345678901234567890123456789012345678, "x": -0.10e-5, "s": "7 \\ 8",
                "l": [1, {"y": 2.50}]})");
        QCOMPARE(item["n"]["N"].toString(),
                 QStringLiteral("12345678901234567890123456789012345678"));
        QCOMPARE(item["x"]["N"].toString(), QStringLiteral("-0.10e-5"));
        QCOMPARE(item["s"]["S"].toString(), QStringLiteral("7 \\ 8"));
        QCOMPARE(item["l"]["L"][1]["M"]["y"]["N"].toString(), QStringLiteral("2.50"));
    }

    void aNewItemBeginsWithItsKey() {
        ItemDialog dialog("Orders", {{"id", typed("S", "")}, {"at", typed("N", "0")}});
        QCOMPARE(dialog.item().value("id")["S"].toString(), QString());
        QCOMPARE(dialog.item().value("at")["N"].toString(), QStringLiteral("0"));
    }

    // One plain attribute beside typed ones would turn all of them into maps.
    void anAttributeWithoutATypeAmongTypedOnesIsAProblem() {
        ItemDialog dialog("Orders", textKey());
        dialog.editItem({{"id", typed("S", "x")}});
        dialog.editor()->setPlainText(R"({"id": {"S": "x"}, "n": 1})");
        QVERIFY2(dialog.problem().startsWith("n has no type"), qPrintable(dialog.problem()));
        QVERIFY(!dialog.putButton()->isEnabled());
        dialog.editor()->setPlainText(R"({"id": "x", "n": 1})");
        QVERIFY(dialog.problem().isEmpty());
    }

    void anotherKeyIsSaidToBeTwoWrites() {
        ItemDialog dialog("Orders", textKey());
        dialog.editItem({{"id", typed("S", "x")}, {"n", typed("N", "1")}});
        QCOMPARE(dialog.putButton()->text(), QStringLiteral("Save changes"));
        dialog.editor()->setPlainText(R"({"id": {"S": "y"}, "n": {"N": "1"}})");
        QCOMPARE(dialog.putButton()->text(), QStringLiteral("Put new, delete old"));
        QVERIFY(dialog.noteText().contains("two writes"));
        dialog.editor()->setPlainText(R"({"id": {"S": "x"}, "n": {"N": "2"}})");
        QCOMPARE(dialog.putButton()->text(), QStringLiteral("Save changes"));
    }

    void undoBringsBackTheTextThatAnotherVersionReplaced() {
        ItemDialog dialog("Orders", textKey());
        dialog.editItem({{"id", typed("S", "x")}});
        dialog.editor()->selectAll();
        dialog.editor()->insertPlainText(R"({"id": {"S": "x"}, "typed": {"S": "by hand"}})");
        const QString text = dialog.editor()->toPlainText();
        dialog.editItem({{"id", typed("S", "x")}, {"other", typed("S", "theirs")}}, "Theirs.");
        QVERIFY(dialog.editor()->toPlainText().contains("theirs"));
        dialog.editor()->undo();
        QCOMPARE(dialog.editor()->toPlainText(), text);
    }

    // What is sent is what the text says, and is sent once.
    void nothingCanBeTypedOrSentWhileTheItemIsReadOrWritten() {
        ItemDialog dialog("Orders", textKey());
        dialog.setReading();
        QVERIFY(dialog.editor()->isReadOnly() && !dialog.putButton()->isEnabled());
        dialog.setReadFailure("Zone lost.");
        QVERIFY(!dialog.readAgainButton()->isHidden());
        QCOMPARE(dialog.stateText(), QStringLiteral("Zone lost."));
        dialog.editItem({{"id", typed("S", "x")}});
        QVERIFY(dialog.readAgainButton()->isHidden());
        QVERIFY(!dialog.editor()->isReadOnly() && dialog.putButton()->isEnabled());
        dialog.setWriting();
        QVERIFY(dialog.editor()->isReadOnly() && !dialog.putButton()->isEnabled());
        dialog.setRefusal("No.");
        QVERIFY(!dialog.editor()->isReadOnly() && dialog.putButton()->isEnabled());
        QCOMPARE(dialog.stateText(), QStringLiteral("No."));
    }
};

ORRERY_TEST_CLASS(ItemDialogTest)
#include "item_dialog_test.moc"
