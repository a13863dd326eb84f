#include "widgets/items/item_dialog.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QLabel>
#include <QMessageBox>
#include <QPointer>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

#include "tests/support/test_main.h"
#include "widgets/base/attribute_text.h"
#include "widgets/items/typed_item.h"

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

    // Plain JSON has no sets, no binary and no long numbers.
    void plainJsonKeepsTheTypesOfTheItem() {
        const QJsonObject old{
            {"id", typed("S", "x")},
            {"bin", typed("B", "AAECAw==")},
            {"long", typed("N", "12345678901234567890")},
            {"tags", QJsonObject{{"SS", QJsonArray{"blue", "red"}}}},
            {"sizes", QJsonObject{{"NS", QJsonArray{"1", "2.5"}}}},
            {"parts", QJsonObject{{"BS", QJsonArray{"AAE="}}}},
            {"deep", QJsonObject{{"M", QJsonObject{{"bin", typed("B", "AAE=")}}}}},
            {"list", QJsonObject{{"L", QJsonArray{typed("B", "AAE="), typed("S", "AAE=")}}}}};
        const QString plain = QString::fromUtf8(QJsonDocument(plainItem(old)).toJson());
        QCOMPARE(typedItem(plain, old), old);
        ItemDialog dialog("Orders", textKey());
        dialog.editItem(old);
        dialog.editor()->setPlainText(plain);
        QCOMPARE(dialog.item(), old);
        QVERIFY(dialog.stateText().isEmpty());
        const QJsonObject edited = typedItem(
            R"({"tags": ["blue", "green"], "list": ["name", "AAE=", "AAE="], "bin": "ß"})", old);
        QCOMPARE(edited["tags"], QJsonValue(QJsonObject{{"SS", QJsonArray{"blue", "green"}}}));
        QCOMPARE(edited["list"]["L"][0], QJsonValue(typed("S", "name")));
        QCOMPARE(edited["list"]["L"][2], QJsonValue(typed("S", "AAE=")));
        QCOMPARE(edited["bin"], QJsonValue(typed("S", "ß")));
    }

    void aTypeThatPlainJsonChangesIsSaid() {
        ItemDialog dialog("Orders", textKey());
        dialog.editItem({{"id", typed("S", "x")},
                         {"tags", QJsonObject{{"SS", QJsonArray{"blue"}}}},
                         {"n", typed("N", "1")}});
        dialog.editor()->setPlainText(R"({"id": "x", "tags": ["blue", 1], "n": "1"})");
        QCOMPARE(dialog.stateText(),
                 QStringLiteral("Saving changes types: n (Number → String), tags (String set → "
                                "List). DynamoDB JSON would keep them."));
        QVERIFY(dialog.putButton()->isEnabled());
        dialog.editor()->setPlainText(R"({"id": {"S": "x"}, "n": {"S": "1"}})");
        QVERIFY(dialog.stateText().isEmpty());
    }

    void aNewItemBeginsWithItsKey() {
        ItemDialog dialog("Orders", {{"id", typed("S", "")}, {"at", typed("N", "0")}});
        QCOMPARE(dialog.item().value("id")["S"].toString(), QString());
        QCOMPARE(dialog.item().value("at")["N"].toString(), QStringLiteral("0"));
    }

    // One plain attribute beside typed ones once turned all of them into maps.
    void anAttributeWithoutATypeAmongTypedOnesIsReadByItself() {
        ItemDialog dialog("Orders", textKey());
        dialog.editItem({{"id", typed("S", "x")}, {"tags", QJsonObject{{"SS", QJsonArray{"a"}}}}});
        dialog.editor()->setPlainText(
            R"({"id": {"S": "x"}, "rating": 5.10, "tags": ["a", "b"], "n": {"N": "7"}})");
        QVERIFY(dialog.problem().isEmpty());
        QCOMPARE(dialog.item()["id"], typed("S", "x"));
        QCOMPARE(dialog.item()["n"], typed("N", "7"));
        QCOMPARE(dialog.item()["rating"], typed("N", "5.10"));
        QCOMPARE(dialog.item()["tags"], (QJsonObject{{"SS", QJsonArray{"a", "b"}}}));
        const auto notes = dialog.findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(notes, [](const QLabel* label) {
            return label->text().contains("rating (Number), tags (String set)");
        }));
        dialog.editor()->setPlainText(R"({"id": {"S": "x"}, "tags": 1})");
        QVERIFY(dialog.stateText().contains("tags (String set → Number)"));
    }

    void ctrlReturnPutsTheItem() {
        ItemDialog dialog("Orders", textKey());
        dialog.open();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
        QSignalSpy put(&dialog, &ItemDialog::putWanted);
        dialog.editor()->setPlainText("{");
        QTest::keyClick(dialog.editor(), Qt::Key_Return, Qt::ControlModifier);
        QCOMPARE(put.count(), 0);
        dialog.editor()->setPlainText(R"({"id": "x"})");
        QTest::keyClick(dialog.editor(), Qt::Key_Return, Qt::ControlModifier);
        QCOMPARE(put.count(), 1);
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

    // An editor replaces some characters by a space or a line end. What nobody touched must stay.
    void everyCharacterComesBackFromTheEditor() {
        constexpr char32_t kChunk = 1024;
        for (char32_t first = 0; first < 0x10000; first += kChunk) {
            QJsonObject item;
            QString all;
            for (char32_t code = first; code < first + kChunk; ++code) {
                const QChar c(static_cast<char16_t>(code));
                if (c.isSurrogate()) continue;
                all += c;
                item["n" + QString(c)] = typed("S", "<" + QString(c) + ">");
            }
            item["id"] = typed("S", all);
            ItemDialog dialog("Orders", textKey());
            dialog.editItem(item);
            QCOMPARE(dialog.problem(), QString());
            QCOMPARE(dialog.item(), item);
            QCOMPARE(dialog.putButton()->text(), QStringLiteral("Save changes"));
        }
        ItemDialog dialog("Orders", textKey());
        const QJsonObject item{{"id", typed("S", QString::fromUcs4(U"\U0001F600\U0001FFFE", 2))}};
        dialog.editItem(item);
        QCOMPARE(dialog.item(), item);
    }

    // What is pasted is kept, too.
    void aNoBreakSpaceInTheTextIsNoSpace() {
        ItemDialog dialog("Orders", textKey());
        QString text = QStringLiteral("{\"id\":~{\"S\": \"a\\\"~b\"}}");
        text.replace(u'~', QChar(QChar::Nbsp));
        dialog.editor()->setPlainText(text);
        QCOMPARE(dialog.problem(), QString());
        QCOMPARE(dialog.item(), (QJsonObject{{"id", typed("S", QStringLiteral("a\"~b").replace(
                                                                   u'~', QChar(QChar::Nbsp)))}}));
    }

    // A parser keeps the last of two values, and half of a character becomes another one.
    void whatAParserWouldDropIsAProblem() {
        const std::pair<const char*, const char*> cases[] = {
            {R"({"id": {"S": "x"}, "a": {"S": "1"}, "a": {"S": "2"}})", "\"a\" is here twice"},
            {R"({"id": "x", "a": {"b": 1, "c": [{"b": 1}, {"b": 2}], "\u0062": 2}})",
             "\"b\" is here twice"},
            {"{\"id\": \"x\", \"a\": \"one\ntwo\"}", "line break"},
            {R"({"id": "x", "a": "\ud83d!"})", "half of a character"}};
        ItemDialog dialog("Orders", textKey());
        for (const auto& [text, problem] : cases) {
            dialog.editor()->setPlainText(text);
            QVERIFY2(dialog.problem().contains(problem), qPrintable(dialog.problem()));
            QVERIFY(!dialog.putButton()->isEnabled());
        }
        dialog.editor()->setPlainText("{\n\"id\": \"x\",\n\"a\": 1,\n\"a\": 2\n}");
        QVERIFY2(dialog.problem().startsWith("Line 4"), qPrintable(dialog.problem()));
        dialog.editor()->setPlainText(R"({"id": "a", "a": ["a", "a", "\ud83d\ude00", "\\"]})");
        QCOMPARE(dialog.problem(), QString());
    }

    void undoEndsAtTheItemAsRead() {
        ItemDialog dialog("Orders", textKey());
        dialog.setReading({{"id", typed("S", "x")}});
        const QJsonObject item{{"id", typed("S", "x")}, {"n", typed("N", "1")}};
        dialog.editItem(item);
        dialog.editor()->undo();
        QCOMPARE(dialog.item(), item);
        dialog.editor()->insertPlainText(" ");
        for (int i = 0; i < 3; ++i)
            dialog.editor()->undo();
        QCOMPARE(dialog.item(), item);
        QCOMPARE(dialog.putButton()->text(), QStringLiteral("Save changes"));
    }

    void undoBringsBackTheTextThatAnotherVersionReplaced() {
        ItemDialog dialog("Orders", textKey());
        dialog.editItem({{"id", typed("S", "x")}});
        dialog.editor()->selectAll();
        dialog.editor()->insertPlainText(R"({"id": {"S": "x"}, "typed": {"S": "by hand"}})");
        const QString text = dialog.editor()->toPlainText();
        const QJsonObject theirs{{"id", typed("S", "x")}, {"other", typed("S", "theirs")}};
        dialog.replaceText(theirs, theirs, "Theirs.");
        QVERIFY(dialog.editor()->toPlainText().contains("theirs"));
        dialog.editor()->undo();
        QCOMPARE(dialog.editor()->toPlainText(), text);
    }

    // Otherwise the restored text would overwrite their version without asking.
    void eachTextKeepsTheVersionOnWhichItIsBased() {
        ItemDialog dialog("Orders", textKey());
        const QJsonObject mine{{"id", typed("S", "x")}};
        const QJsonObject theirs{{"id", typed("S", "x")}, {"other", typed("S", "theirs")}};
        const QJsonObject newer{{"id", typed("S", "x")}, {"other", typed("S", "newer")}};
        dialog.editItem(mine);
        dialog.editor()->insertPlainText(" ");
        dialog.replaceText(theirs, theirs, "Theirs.");
        dialog.replaceText(newer, newer, "Newer.");
        QCOMPARE(dialog.noteText(), QStringLiteral("Newer."));
        dialog.editor()->undo();
        QCOMPARE(dialog.base(), theirs);
        QCOMPARE(dialog.noteText(), QStringLiteral("Theirs."));
        dialog.editor()->undo();
        QCOMPARE(dialog.base(), mine);
        dialog.editor()->redo();
        dialog.editor()->redo();
        QCOMPARE(dialog.base(), newer);
        dialog.editor()->undo();
        dialog.editor()->undo();
        for (int i = 0; i < 5; ++i) {
            dialog.editor()->insertPlainText(" ");
            dialog.editor()->moveCursor(QTextCursor::End);
            QCOMPARE(dialog.base(), mine);
        }
    }

    // As after a conflict whose text was taken over: the key is that of the base, yet two writes.
    void savingThatDeletesAnOldItemSaysSo() {
        ItemDialog dialog("Orders", textKey());
        dialog.editItem({{"id", typed("S", "old")}});
        dialog.setOldItem({{"id", typed("S", "old")}}, "old");
        QCOMPARE(dialog.putButton()->text(), QStringLiteral("Save changes"));
        const QJsonObject taken{{"id", typed("S", "new")}, {"a", typed("S", "1")}};
        dialog.replaceText(taken, taken);
        QCOMPARE(dialog.putButton()->text(), QStringLiteral("Save, delete old"));
        QVERIFY(dialog.noteText().contains("old key (old)"));
        dialog.setOldItem({}, {});
        QCOMPARE(dialog.putButton()->text(), QStringLiteral("Save changes"));
    }

    void closingDuringAWriteHidesTheDialogAndTellsTheCaller() {
        ItemDialog dialog("Orders", textKey());
        dialog.editItem({{"id", typed("S", "a")}});
        QSignalSpy left(&dialog, &ItemDialog::left);
        QSignalSpy finished(&dialog, &QDialog::finished);
        dialog.open();
        dialog.setWriting();
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QVERIFY(!dialog.isVisible());
        QCOMPARE(left.count(), 1);
        QCOMPARE(finished.count(), 0);
        dialog.open();
        dialog.setWritten();
        dialog.reject();
        QCOMPARE(left.count(), 1);
        QCOMPARE(finished.count(), 1);
    }

    void escapeAsksBeforeItDiscardsATypedText() {
        ItemDialog dialog("Orders", textKey());
        QSignalSpy finished(&dialog, &QDialog::finished);
        dialog.open();
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QCOMPARE(finished.count(), 1);
        dialog.open();
        QTest::keyClicks(dialog.editor(), " ");
        const QString typed = dialog.editor()->toPlainText();
        const auto ask = [&dialog] {
            QTest::keyClick(&dialog, Qt::Key_Escape);
            return dialog.findChild<QMessageBox*>();
        };
        QPointer<QMessageBox> question = ask();
        QVERIFY(question != nullptr && question->isVisible());
        QTest::keyClick(question, Qt::Key_Escape);
        QTRY_VERIFY(question == nullptr);
        QVERIFY(dialog.isVisible());
        QCOMPARE(dialog.editor()->toPlainText(), typed);
        QCOMPARE(finished.count(), 1);
        question = ask();
        QVERIFY(question != nullptr);
        for (QAbstractButton* button : question->buttons())
            if (question->buttonRole(button) == QMessageBox::DestructiveRole) button->click();
        QCOMPARE(finished.count(), 2);
        QVERIFY(!dialog.isVisible());
    }

    void aNewItemHasNothingToReadAgain() {
        ItemDialog dialog("Orders", textKey());
        dialog.show();
        QVERIFY(!dialog.readAgainButton()->isVisible());
    }

    // What is sent is what the text says, and is sent once.
    void nothingCanBeTypedOrSentWhileTheItemIsReadOrWritten() {
        ItemDialog dialog("Orders", textKey());
        dialog.setReading({{"id", typed("S", "the key")}});
        QVERIFY(dialog.editor()->isReadOnly() && !dialog.putButton()->isEnabled());
        dialog.setReadFailure("Zone lost.");
        QVERIFY(dialog.editor()->toPlainText().contains("the key"));
        QCOMPARE(dialog.putButton()->text(), QStringLiteral("Save changes"));
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
