// Goal: no edit in the window removes what it did not show or what others wrote meanwhile. Method:
// the real window over the real engine. An application writes between the reading of the item and
// the press of the button.

#include <QJsonDocument>
#include <QTest>

#include "tests/app/window_engine_fixture.h"
#include "tests/support/test_main.h"
#include "widgets/items/conflict_dialog.h"
#include "widgets/items/item_dialog.h"
#include "widgets/tables/table_page.h"

using namespace orrery;
using test::parsed;
using widgets::ConflictDialog;
using widgets::ItemDialog;

class ItemEditEngineTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        m_test = std::make_unique<test::WindowEngine>();
        m_test->put(m_order);
    }
    void cleanup() { m_test.reset(); }

    // The index holds keys only; the rest of the item must survive.
    void anEditFromAnIndexKeepsWhatTheIndexDoesNotProject() {
        m_test->open("ByDay", 1);
        auto* dialog = beginEdit();
        QCOMPARE(dialog->item(), m_order);
        type(dialog, R"({"id":{"S":"o1"},"day":{"S":"tue"},"total":{"N":"5"}})");
        save(dialog);
        QCOMPARE(m_test->get("o1"),
                 parsed(R"({"id":{"S":"o1"},"day":{"S":"tue"},"total":{"N":"5"}})"));
    }

    // An editor makes spaces and line ends of these.
    void whatNobodyTouchedIsWrittenAsItWas() {
        const QString odd = QString::fromUtf16(u"a\u00a0b\u2028c\u2029d\ufdd0e\ufdd1f\ufeff");
        QJsonObject item{{"id", QJsonObject{{"S", odd}}},
                         {odd, QJsonObject{{"S", odd}}},
                         {"total", QJsonObject{{"N", "4"}}}};
        m_test->put(item);
        m_test->open({}, 2);
        auto* dialog = beginEdit(odd);
        QCOMPARE(dialog->putButton()->text(), QStringLiteral("Save changes"));
        type(dialog, dialog->editor()->toPlainText().replace("\"4\"", "\"5\"").toUtf8());
        save(dialog);
        item["total"] = QJsonObject{{"N", "5"}};
        QCOMPARE(m_test->get(odd), item);
        QCOMPARE(m_test->get("o1"), m_order);
    }

    void undoCannotLeaveTheItem() {
        m_test->open({}, 1);
        auto* dialog = beginEdit();
        QTest::keyClick(dialog->editor(), Qt::Key_Z, Qt::ControlModifier);
        QTest::keyClick(dialog->editor(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(dialog->item(), m_order);
        save(dialog);
        QCOMPARE(m_test->get("o1"), m_order);
    }

    void anEditAtALaggingReplicaBeginsFromTheLeader() {
        m_test->open({}, 1);
        m_test->failZone("us-east-1b");
        const QJsonObject newer = parsed(
            R"({"id":{"S":"o1"},"day":{"S":"mon"},"total":{"N":"77"},"paid":{"BOOL":true}})");
        m_test->put(newer);
        auto* page = m_test->window().currentTable();
        const auto buttons = page->findChildren<QToolButton*>();
        for (QToolButton* button : buttons)
            if (button->text() == u"b") button->click();
        QTRY_COMPARE(page->model()->target().zone, QStringLiteral("us-east-1b"));
        QTRY_COMPARE(page->model()->itemRow(0).item, m_order);
        auto* dialog = beginEdit();
        QCOMPARE(dialog->item(), newer);
        QJsonObject wanted = newer;
        wanted["day"] = QJsonObject{{"S", "wed"}};
        type(dialog, wanted);
        save(dialog);
        QCOMPARE(m_test->get("o1"), wanted);
    }

    void aChangeMeanwhileIsAConflictAndMineIsReappliedToIt() {
        m_test->open({}, 1);
        auto* dialog = beginEdit();
        type(dialog, R"({"id":{"S":"o1"},"day":{"S":"tue"},"total":{"N":"4"}})");
        m_test->put(parsed(
            R"({"id":{"S":"o1"},"day":{"S":"mon"},"total":{"N":"9"},"note":{"S":"theirs"}})"));
        auto* conflict = saveIntoConflict(dialog);
        QVERIFY(conflict->comparison()->leftText()->toPlainText().contains("tue"));
        QVERIFY(conflict->comparison()->rightText()->toPlainText().contains("theirs"));
        conflict->reapplyButton()->click();
        QTRY_VERIFY(m_test->window().findChild<ItemDialog*>() == nullptr);
        QCOMPARE(m_test->get("o1"), parsed(R"({"id":{"S":"o1"},"day":{"S":"tue"},"total":{"N":"9"},
                            "note":{"S":"theirs"}})"));
    }

    void goingBackKeepsTheTextAndTakingTheirsCanBeUndone() {
        m_test->open({}, 1);
        auto* dialog = beginEdit();
        type(dialog, R"({"id":{"S":"o1"},"day":{"S":"typed by hand"}})");
        const QString text = dialog->editor()->toPlainText();
        const QJsonObject theirs = parsed(R"({"id":{"S":"o1"},"total":{"N":"9"}})");
        m_test->put(theirs);
        saveIntoConflict(dialog)->cancelButton()->click();
        QCOMPARE(dialog->editor()->toPlainText(), text);
        QCOMPARE(m_test->get("o1"), theirs);
        saveIntoConflict(dialog)->takeTheirsButton()->click();
        QCOMPARE(dialog->item(), theirs);
        dialog->editor()->undo();
        QCOMPARE(dialog->editor()->toPlainText(), text);
        // The restored text is based on the version before theirs, so it does not overwrite theirs.
        saveIntoConflict(dialog)->cancelButton()->click();
        QCOMPARE(m_test->get("o1"), theirs);
    }

    void undoingTheirsAfterAKeyChangeDeletesNoOtherItem() {
        const QJsonObject taken = parsed(R"({"id":{"S":"o2"},"note":{"S":"theirs"}})");
        m_test->put(taken);
        m_test->open({}, 2);
        auto* dialog = beginEdit("o1");
        type(dialog, R"({"id":{"S":"o2"},"total":{"N":"4"}})");
        saveIntoConflict(dialog)->takeTheirsButton()->click();
        dialog->editor()->undo();
        type(dialog, R"({"id":{"S":"o3"},"total":{"N":"4"}})");
        save(dialog);
        QCOMPARE(m_test->get("o2"), taken);
        QVERIFY(m_test->get("o1").isEmpty() && !m_test->get("o3").isEmpty());
    }

    void aDeletionMeanwhileIsAConflictAndMineIsPutAnew() {
        m_test->open({}, 1);
        auto* dialog = beginEdit();
        const QJsonObject mine = parsed(R"({"id":{"S":"o1"},"day":{"S":"tue"},"total":{"N":"4"}})");
        type(dialog, mine);
        remove("o1");
        auto* conflict = saveIntoConflict(dialog);
        QVERIFY(conflict->explanation().contains("deleted"));
        conflict->takeTheirsButton()->click();
        QVERIFY(m_test->get("o1").isEmpty());
        QVERIFY(dialog->isVisible());
        QCOMPARE(dialog->item(), mine);
        save(dialog);
        QCOMPARE(m_test->get("o1"), mine);
    }

    void aNewItemReplacesNone() {
        m_test->open({}, 1);
        QTest::keyClick(&m_test->window(), Qt::Key_I, Qt::ControlModifier);
        auto* dialog = m_test->shown<ItemDialog>();
        QVERIFY(dialog != nullptr);
        type(dialog, R"({"id":{"S":"o1"},"note":{"S":"mine"}})");
        saveIntoConflict(dialog)->cancelButton()->click();
        QCOMPARE(m_test->get("o1"), m_order);
        saveIntoConflict(dialog)->reapplyButton()->click();
        QTRY_VERIFY(m_test->window().findChild<ItemDialog*>() == nullptr);
        QJsonObject both = m_order;
        both["note"] = QJsonObject{{"S", "mine"}};
        QCOMPARE(m_test->get("o1"), both);
    }

    void anotherKeyIsANewItemAndTheOldOneIsDeleted() {
        m_test->open({}, 1);
        auto* dialog = beginEdit();
        const QJsonObject moved = parsed(R"({"id":{"S":"o2"},"total":{"N":"4"}})");
        type(dialog, moved);
        QVERIFY(dialog->noteText().contains("two writes"));
        save(dialog);
        QCOMPARE(m_test->get("o2"), moved);
        QVERIFY(m_test->get("o1").isEmpty());
    }

    void theOldItemIsKeptIfItWasChangedMeanwhile() {
        m_test->open({}, 1);
        auto* dialog = beginEdit();
        type(dialog, R"({"id":{"S":"o2"},"total":{"N":"4"}})");
        const QJsonObject changed = parsed(R"({"id":{"S":"o1"},"total":{"N":"99"}})");
        m_test->put(changed);
        auto* conflict = saveIntoConflict(dialog);
        QVERIFY(conflict->takeTheirsButton()->isHidden());
        conflict->cancelButton()->click();
        QTRY_VERIFY(m_test->window().findChild<ItemDialog*>() == nullptr);
        QCOMPARE(m_test->get("o1"), changed);
        QVERIFY(!m_test->get("o2").isEmpty());
    }

    void theOldItemIsKeptWithWhatOthersAddedToIt() {
        m_test->open({}, 1);
        auto* dialog = beginEdit();
        type(dialog, R"({"id":{"S":"o2"},"total":{"N":"4"}})");
        QJsonObject changed = m_order;
        changed["added"] = QJsonObject{{"S", "meanwhile"}};
        m_test->put(changed);
        auto* conflict = saveIntoConflict(dialog);
        QVERIFY(conflict->explanation().startsWith("The item with the new key is written."));
        QVERIFY(conflict->comparison()->rightText()->toPlainText().contains("meanwhile"));
        QCOMPARE(m_test->get("o1"), changed);
        conflict->reapplyButton()->click();
        QTRY_VERIFY(m_test->window().findChild<ItemDialog*>() == nullptr);
        QVERIFY(m_test->get("o1").isEmpty());
    }

    void anotherKeyThatIsTakenReplacesNothing() {
        const QJsonObject taken = parsed(R"({"id":{"S":"o2"},"note":{"S":"theirs"}})");
        m_test->put(taken);
        m_test->open({}, 2);
        auto* dialog = beginEdit("o1");
        type(dialog, R"({"id":{"S":"o2"},"total":{"N":"4"}})");
        saveIntoConflict(dialog)->cancelButton()->click();
        QCOMPARE(m_test->get("o2"), taken);
        QCOMPARE(m_test->get("o1"), m_order);
        // Back at the old key, this is an ordinary edit: nothing may be deleted.
        QJsonObject edited = m_order;
        edited["total"] = QJsonObject{{"N", "8"}};
        type(dialog, edited);
        save(dialog);
        QCOMPARE(m_test->get("o1"), edited);
        QCOMPARE(m_test->get("o2"), taken);
    }

    void reapplyingAfterAnotherKeyWasTakenSaysThatTheOldItemGoes() {
        m_test->put(parsed(R"({"id":{"S":"o2"},"note":{"S":"theirs"}})"));
        m_test->open({}, 2);
        auto* dialog = beginEdit("o1");
        type(dialog, R"({"id":{"S":"o2"},"total":{"N":"4"}})");
        auto* conflict = saveIntoConflict(dialog);
        QVERIFY2(conflict->explanation().contains("old key (o1) is deleted"),
                 qPrintable(conflict->explanation()));
        QCOMPARE(conflict->reapplyButton()->text(),
                 QStringLiteral("Reapply and delete the old item"));
    }

    void anEditThatChangesNothingWritesNothing() {
        m_test->open({}, 1);
        auto* dialog = beginEdit();
        m_test->put(parsed(R"({"id":{"S":"o1"},"total":{"N":"9"}})"));
        save(dialog);
        QCOMPARE(m_test->get("o1"), parsed(R"({"id":{"S":"o1"},"total":{"N":"9"}})"));
    }

    // The update would exceed the size of an expression, so it is a PutItem, and its condition
    // cannot exclude attributes that the person did not see.
    void attributesThatALargeEditReplacedUnseenAreShownAndPutBack() {
        m_test->open({}, 1);
        auto* dialog = beginEdit();
        QJsonObject wanted = m_order;
        for (int i = 0; i < 1000; ++i)
            wanted["n" + QString::number(i)] = QJsonObject{{"N", "1"}};
        type(dialog, wanted);
        QJsonObject theirs = m_order;
        theirs["theirs"] = QJsonObject{{"S", "added meanwhile"}};
        m_test->put(theirs);
        auto* conflict = saveIntoConflict(dialog);
        QVERIFY(conflict != nullptr);
        QVERIFY(conflict->comparison()->rightText()->toPlainText().contains("added meanwhile"));
        conflict->reapplyButton()->click();
        QTRY_VERIFY(m_test->window().findChild<ItemDialog*>() == nullptr);
        wanted["theirs"] = theirs["theirs"];
        QCOMPARE(m_test->get("o1"), wanted);
    }

    // A second change must not be overwritten by what the first conflict merged.
    void aConflictAfterAKeyChangeKeepsWhatOthersWriteMeanwhile() {
        m_test->put(parsed(R"({"id":{"S":"o2"},"total":{"N":"1"},"note":{"S":"1"}})"));
        m_test->open({}, 2);
        auto* dialog = beginEdit("o1");
        type(dialog, R"({"id":{"S":"o2"},"total":{"N":"4"}})");
        auto* first = saveIntoConflict(dialog);
        m_test->put(parsed(R"({"id":{"S":"o2"},"total":{"N":"2"},"note":{"S":"2"}})"));
        const QPointer<ConflictDialog> closed(first);
        first->reapplyButton()->click();
        QTRY_VERIFY(closed == nullptr);
        auto* second = m_test->shown<ConflictDialog>();
        QVERIFY(second != nullptr);
        second->reapplyButton()->click();
        QTRY_VERIFY(m_test->window().findChild<ItemDialog*>() == nullptr);
        QCOMPARE(m_test->get("o2"),
                 parsed(R"({"id":{"S":"o2"},"total":{"N":"4"},"note":{"S":"2"}})"));
        QVERIFY(m_test->get("o1").isEmpty());
    }

    void anItemThatIsGoneIsOfferedAsANewOne() {
        m_test->open({}, 1);
        const QJsonObject row = m_test->window().currentTable()->model()->itemRow(0).item;
        remove("o1");
        emit m_test->window().currentTable()->editItemWanted(row);
        auto* dialog = m_test->shown<ItemDialog>();
        QTRY_VERIFY(dialog->noteText().contains("was deleted"));
        save(dialog);
        QCOMPARE(m_test->get("o1"), m_order);
    }

private:
    void remove(const QString& id) {
        const QJsonObject key{{"id", QJsonObject{{"S", id}}}};
        QCOMPARE(m_test->call("DeleteItem", {{"TableName", "Orders"}, {"Key", key}}).status, 200);
    }

    /// Presses Return on the row of the item, and waits until its text can be edited.
    ItemDialog* beginEdit(const QString& id = "o1") {
        auto* page = m_test->window().currentTable();
        for (int row = 0; row < page->model()->rowCount(); ++row)
            if (page->model()->itemRow(row).item["id"]["S"].toString() == id)
                page->grid()->table()->selectRow(row);
        QTest::keyClick(page->grid()->table(), Qt::Key_Return);
        auto* dialog = m_test->shown<ItemDialog>();
        if (dialog == nullptr) return nullptr;
        (void)QTest::qWaitFor([dialog] { return dialog->putButton()->isEnabled(); }, 30'000);
        return dialog;
    }

    static void type(ItemDialog* dialog, const QByteArray& json) {
        dialog->editor()->selectAll();
        dialog->editor()->insertPlainText(QString::fromUtf8(json));
    }
    static void type(ItemDialog* dialog, const QJsonObject& item) {
        type(dialog, QJsonDocument(item).toJson());
    }

    void save(ItemDialog* dialog) {
        QVERIFY2(dialog->putButton()->isEnabled(), qPrintable(dialog->problem()));
        const QPointer<ItemDialog> guard(dialog);
        dialog->putButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(guard == nullptr, 30'000);
    }

    ConflictDialog* saveIntoConflict(ItemDialog* dialog) {
        dialog->putButton()->click();
        return m_test->shown<ConflictDialog>();
    }

    const QJsonObject m_order = parsed(R"({"id":{"S":"o1"},"day":{"S":"mon"},"total":{"N":"4"}})");
    std::unique_ptr<test::WindowEngine> m_test;
};

ORRERY_TEST_CLASS(ItemEditEngineTest)
#include "item_edit_engine_test.moc"
