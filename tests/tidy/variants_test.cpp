#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/rules.h"

using namespace orrery::tidy;

namespace {

QString switchOver(const QString& labels) {
    return "void f() {\n    switch (kind) {\n" + labels + "    }\n}\n";
}

}  // namespace

class VariantsTest : public QObject {
    Q_OBJECT
private slots:
    void findsADefault_data() {
        QTest::addColumn<QString>("labels");
        for (const char* labels : {
                 "case Word:\ndefault:\n",
                 "case Kind::Word:\ndefault:\n",
                 "case observe::Kind::Word:\ndefault:\n",
                 "default:\ncase Kind::Word:\n",
                 "case Kind::Word: {\n}\ndefault:\n",
                 "case 1:\ncase Kind::Word:\ndefault :\n",
             })
            QTest::addRow("%s", labels) << labels;
    }

    void findsADefault() {
        QFETCH(QString, labels);
        const QString text = switchOver(labels);
        const Complaints complaints = checkSwitches({"core/api/a.cpp", text});
        QCOMPARE(complaints.size(), 1);
        QVERIFY(text.split('\n')[complaints[0].line - 1].startsWith("default"));
        QCOMPARE(checkSwitches({"app/a.cpp", text}).size(), 1);
        QCOMPARE(checkSwitches({"widgets/lag/a.h", text}).size(), 1);
        QVERIFY(checkSwitches({"tests/api/a.cpp", text}).isEmpty());
    }

    void allowsAnOpenSwitch_data() {
        QTest::addColumn<QString>("labels");
        for (const char* labels : {
                 "case Kind::Word:\ncase Kind::Flag:\n",
                 "case Qt::Key_Left:\ndefault:\n",
                 "case QJsonValue::Array:\ndefault:\n",
                 "case boost::json::kind::array:\ndefault:\n",
                 "case EIO:\ncase kPanic:\ndefault:\n",
                 "case 'a':\ndefault:\n",
                 "// default:\ncase Kind::Word:\n",
                 "case Kind::Word: {\nswitch (c) {\ncase 1:\ndefault:\n}\n}\n",
                 "case 1: {\nswitch (c) {\ncase Kind::Word:\nreturn;\n}\n}\ndefault:\n",
             })
            QTest::addRow("%s", labels) << labels;
    }

    void allowsAnOpenSwitch() {
        QFETCH(QString, labels);
        QVERIFY(checkSwitches({"core/api/a.cpp", switchOver(labels)}).isEmpty());
    }

    void findsADefaultInASwitchInASwitch() {
        const QString text =
            switchOver("case 1: {\nswitch (c) {\ncase Kind::Word:\ndefault:\n}\n}\n");
        QCOMPARE(checkSwitches({"core/api/a.cpp", text}).size(), 1);
    }

    void findsAGenericBranch_data() {
        QTest::addColumn<QString>("code");
        for (const char* code : {
                 "std::visit(\n[](const auto& one) { keys.push_back(one.key); }, action);",
                 "std::visit(\n[&](auto member) { return 1; }, action);",
                 "std::visit(\n[](const auto&) { use(kNothing); }, action);",
                 "std::visit(\n[](const auto& one) { use(typeid(one)); more(one); }, action);",
                 "std::visit(\n[]<typename T>(const T& one) { use(one.key); }, action);",
                 "Overloaded{[](const Put&) { return 1; },\n[](const auto&) { return 0; }}",
                 "Overloaded{[](const Put&) {},\n[](auto&& one) { use(one); }}",
                 "Overloaded{[](const Put&) {},\n[](...) {}}",
                 "const Overloaded add{[](const Put&) {},\n[](auto) {}};",
                 "Overloaded{[](const Put&) { any_of(all, [](auto x) { return x; }); },\n"
                 "[]<typename T>(const T&) {}}",
             })
            QTest::addRow("%s", code) << code;
    }

    void findsAGenericBranch() {
        QFETCH(QString, code);
        const Complaints complaints = checkVisitors({"core/api/a.cpp", code});
        QCOMPARE(complaints.size(), 1);
        QCOMPARE(complaints[0].line, qsizetype{2});
        QVERIFY(checkVisitors({"tests/api/a.cpp", code}).isEmpty());
        QVERIFY(checkVisitors({"core/api/a.cpp", "/* " + code + " */"}).isEmpty());
    }

    void allowsNamedKinds_data() {
        QTest::addColumn<QString>("code");
        for (const char* code : {
                 "std::visit([this](auto& kind) { return m_impl->admit(kind); }, input);",
                 "std::visit([&](const auto& one) { on(from, one); }, message);",
                 "std::visit([&](auto& body) { queue.add(now, std::move(body)); }, event);",
                 "std::visit(Matcher{item}, condition.node);",
                 "Overloaded{[](const Put&) { return 1; }, []<OneOf<A, B> T>(const T&) {}}",
                 "Overloaded{[](const Put& put) { any_of(all, [](const auto& x) { return x; }); }}",
                 "std::ranges::any_of(all, [](const auto& one) { return one.key; });",
                 "template <typename... Cases>\nstruct Overloaded : Cases... {};",
             })
            QTest::addRow("%s", code) << code;
    }

    void allowsNamedKinds() {
        QFETCH(QString, code);
        QVERIFY(checkVisitors({"core/api/a.cpp", code}).isEmpty());
    }
};

ORRERY_TEST_CLASS(VariantsTest)
#include "variants_test.moc"
