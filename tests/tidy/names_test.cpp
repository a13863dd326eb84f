#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/rules.h"

using namespace orrery::tidy;

class NamesTest : public QObject {
    Q_OBJECT
private slots:
    void bansNamesBelowTheEngine_data() {
        QTest::addColumn<QString>("code");
        for (const char* code : {
                 "auto t = std::chrono::system_clock::now();",
                 "using Clock = steady_clock;",
                 "high_resolution_clock::now();",
                 "clock_gettime(CLOCK_MONOTONIC, &t);",
                 "auto now = time(nullptr);",
                 "auto now = std::time(0);",
                 "std::this_thread::sleep_for(1ms);",
                 "std::thread worker;",
                 "std::jthread worker;",
                 "std::mutex m_mutex;",
                 "std::atomic<int> m_count;",
                 "std::random_device seed;",
                 "std::mt19937_64 engine;",
                 "int x = rand();",
                 "srand(1);",
                 "std::uniform_int_distribution<int> d(1, 6);",
                 "std::shuffle(a, b, c);",
                 "std::hash<std::string>{}(key);",
                 "std::locale::global(l);",
                 "double x = std::stod(text);",
                 "if (std::isdigit(c)) return;",
                 "c = tolower(c);",
                 "const char* home = getenv(\"HOME\");",
                 "std::map<const Replica*, int> m_byReplica;",
                 "std::set<Node*> nodes;",
                 "throw std::runtime_error(\"no\");",
             })
            QTest::addRow("%s", code) << code;
    }

    void bansNamesBelowTheEngine() {
        QFETCH(QString, code);
        const QString text = "// A comment.\n" + code + "\n";
        const Complaints complaints = checkBannedNames({"core/cluster/a.cpp", text});
        QVERIFY(!complaints.isEmpty());
        QCOMPARE(complaints[0].line, qsizetype{2});
        QVERIFY(complaints[0].text.contains(": "));
        if (!code.startsWith("throw"))
            QVERIFY(checkBannedNames({"core/engine/a.cpp", text}).isEmpty());
        QVERIFY(checkBannedNames({"app/a.cpp", text}).isEmpty());
        QVERIFY(checkBannedNames({"core/cluster/a.cpp", "// " + code + "\n"}).isEmpty());
    }

    void allowsWhatOnlySoundsLikeIt() {
        const char* text = R"(
            boost::asio::steady_timer timer(loop);
            Instant time(Duration sinceStart);
            world.time(0);
            int operand(int x);
            m_operandCount = operand(1);
            std::map<std::string, Node*> m_nodes;
            const char* kText = "std::thread";
            bool thrown = overthrow(x);
            isDigit(c);
        )";
        QVERIFY(checkBannedNames({"core/cluster/a.cpp", text}).isEmpty());
    }

    void allowsLocksOnlyToTheTrace() {
        QCOMPARE(checkBannedNames({"core/table/a.h", "std::scoped_lock lock(m_mutex);"}).size(), 1);
        QVERIFY(checkBannedNames({"core/observe/a.h", "std::mutex m_mutex;"}).isEmpty());
        QCOMPARE(checkBannedNames({"core/observe/a.h", "std::jthread m_thread;"}).size(), 1);
    }

    void bansFloatsWhereDecisionsAreMade() {
        QCOMPARE(checkBannedNames({"core/sim/a.cpp", "double p = 0.5;"}).size(), 1);
        QCOMPARE(checkBannedNames({"core/replication/a.h", "float p;"}).size(), 1);
        QVERIFY(checkBannedNames({"core/json/a.h", "double value;"}).isEmpty());
        QVERIFY(checkBannedNames({"core/sim/a.h", "int doubled; // a double"}).isEmpty());
    }

    void letsNoTestSleep() {
        for (const char* code : {"std::this_thread::sleep_for(1ms);", "QTest::qSleep(5);",
                                 "QTest::qWait(100);", "QThread::msleep(1);", "usleep(1);"})
            QCOMPARE(checkBannedNames({"tests/app/a_test.cpp", code}).size(), 1);
        QVERIFY(checkBannedNames({"tests/a.cpp", "QTRY_VERIFY(done);"}).isEmpty());
    }

    void findsWalksOverUnorderedContainers() {
        const QString member = "std::unordered_map<Lsn, std::pair<int, int>> m_waiting;\n";
        const QString local = "std::unordered_set<int> seen;\n";
        const auto count = [](const QString& text, const QString& header = {}) {
            return checkUnorderedWalks({"core/table/a.cpp", text}, header).size();
        };
        QCOMPARE(count(local + "for (int x : seen) f(x);"), 1);
        QCOMPARE(count(local + "auto i = seen.begin();"), 1);
        QCOMPARE(count(local + "std::ranges::copy(seen, out);"), 1);
        QCOMPARE(count("for (const auto& [lsn, w] : m_waiting) f(w);", member), 1);
        QCOMPARE(count("for (auto& w : this->m_waiting) f(w);", member), 1);
        QCOMPARE(count("void f(const std::unordered_set<int>& all) { for (int x : all) g(x); }"),
                 1);
        QCOMPARE(count(local + "if (seen.contains(3) && seen.find(3) != seen.end()) f();"), 0);
        QCOMPARE(count(local + "for (int x : sorted) seen.insert(x);"), 0);
        QCOMPARE(count("for (int x : seen) f(x);"), 0);
        QVERIFY(checkUnorderedWalks({"core/engine/a.cpp", local + "seen.begin();"}, {}).isEmpty());
    }

    void wantsAnIssueForANote() {
        QCOMPARE(checkNotes({"core/a.cpp", "f();  // FIXME\n"}).size(), 1);
        QCOMPARE(checkNotes({"core/a.cpp", "// TODO: later\n"}).size(), 1);
        QCOMPARE(checkNotes({"packaging/a.sh", "# TODO later\n"}).size(), 1);
        QVERIFY(checkNotes({"core/a.cpp", "// TODO(#12): later\n"}).isEmpty());
        QVERIFY(checkNotes({"core/a.cpp", "f(\"TODO\");\n"}).isEmpty());
        QVERIFY(checkNotes({"core/a.cpp", "// TODOS of the user\n"}).isEmpty());
    }

    void wantsAContextForALambda() {
        const auto count = [](const char* code) {
            return checkQtHabits({"app/a.cpp", code}).size();
        };
        QCOMPARE(count("connect(a, &A::b, [this](int x, int y) { f(x, y); });"), 1);
        QCOMPARE(count("QObject::connect(a, &A::b,\n    [] {});"), 1);
        QCOMPARE(count("QTimer::singleShot(0, [this] { f(); });"), 1);
        QCOMPARE(count("connect(a, &A::b, this, [this](int x) { f(x); });"), 0);
        QCOMPARE(count("connect(a, &A::b, this, &C::d);"), 0);
        QCOMPARE(count("QTimer::singleShot(0, this, [this] { f(); });"), 0);
        QCOMPARE(count("auto* s = sender();"), 1);
        QCOMPARE(count("class W : public QThread {};"), 1);
        QCOMPARE(count("message.sender();"), 0);
        QVERIFY(checkQtHabits({"core/http/a.cpp", "connect(a, b, [] {});"}).isEmpty());
    }

    void findsTestsThatNothingRuns() {
        const Source list{"tests/base/CMakeLists.txt",
                          "orrery_test(x SOURCES a_test.cpp)\n# b_test.cpp"};
        const Source above{"tests/CMakeLists.txt", "add_library(s support/main.cpp)"};
        const QString registered = "class A {};\nORRERY_TEST_CLASS(A)\n";
        const auto check = [&](const char* path, const QString& text) {
            return checkTestsAreRun({list, above, {path, text}});
        };
        QVERIFY(check("tests/base/a_test.cpp", registered).isEmpty());
        QVERIFY(check("tests/support/main.cpp", "int main() {}").isEmpty());
        QCOMPARE(check("tests/base/b_test.cpp", registered).size(), 1);
        QCOMPARE(check("tests/base/aa_test.cpp", registered).size(), 1);
        QCOMPARE(check("tests/other/a_test.cpp", registered).size(), 1);
        QCOMPARE(check("tests/base/a_test.cpp", "// ORRERY_TEST_CLASS(A)\n").size(), 1);
        QVERIFY(check("core/base/hash.cpp", "").isEmpty());
    }

    void findsOperationsWithoutTests() {
        const QString rows =
            "// OPERATION(a, b, c, d)\n"
            "OPERATION(DynamoDB, GetItem,    get_item, Data)\n"
            "OPERATION(DynamoDB, PutItem, put_item, Data)\n"
            "LATER(DynamoDB, SearchVectors)\n"
            "REST(Fis, GetAction, get_action, GET, \"/actions/{id}\", Read)\n"
            "LATER_REST(Fis, GetSafetyLever, GET, \"/safetyLevers/{id}\")\n";
        QVERIFY(checkOperationsAreTested(
                    rows, {"tests/api/get_item/basic.test", "tests/api/put_item/basic.test",
                           "tests/api/get_action/basic.test"})
                    .isEmpty());
        const Complaints complaints = checkOperationsAreTested(
            rows, {"tests/api/get_item/basic.test", "tests/api/put_item/notes.md"});
        QCOMPARE(complaints.size(), 2);
        QCOMPARE(complaints[0].line, qsizetype{3});
        QCOMPARE(complaints[1].line, qsizetype{5});
    }
};

ORRERY_TEST_CLASS(NamesTest)
#include "names_test.moc"
