#include <QFile>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/rules.h"

using namespace orrery::tidy;

namespace {

/// "name first-last" for each function found.
QStringList spans(const QString& text) {
    QStringList found;
    for (const FunctionSpan& function : findFunctions(text))
        found.append(QString("%1 %2-%3").arg(function.name).arg(function.first).arg(function.last));
    return found;
}

}  // namespace

class FunctionsTest : public QObject {
    Q_OBJECT
private slots:
    void findsPlainFunctions() {
        QCOMPARE(spans("int f() {\n  return 1;\n}\n\nvoid g(int a,\n       int b) {\n}\n"),
                 QStringList({"f 1-3", "g 5-7"}));
        QCOMPARE(spans("int f();\nint x = 3;\nint g() { return x; }\n"), QStringList({"g 3-3"}));
    }

    void looksIntoScopes() {
        const char* text = R"(namespace a {
namespace {
struct S : B {
    void m() const override {
        if (x) { y(); }
    }
    enum class E { One, Two };
    int n{0};
};
}  // namespace
extern "C" {
int c(void) { return 0; }
}
}  // namespace a
)";
        QCOMPARE(spans(text), QStringList({"m 4-6", "c 12-12"}));
    }

    void readsConstructors() {
        const char* text = R"(
Foo::Foo(int a)
    : m_a{a}, m_b{1, 2},
      m_c(g({3})) {
    run();
}
Foo::~Foo() { stop(); }
struct P { explicit P(int a) : m_a{a} {} int m_a; };
)";
        QCOMPARE(spans(text), QStringList({"Foo::Foo 2-6", "Foo::~Foo 7-7", "P 8-8"}));
    }

    void readsOperatorsAndTemplates() {
        const char* text = R"(template <typename T = int, typename U = std::pair<T, T>>
bool operator==(const T& a,
                const U& b) {
    return true;
}
S& S::operator=(S&& other) noexcept { return *this; }
bool operator()(int a) const { return a; }
auto f() -> std::vector<int> { return {}; }
)";
        QCOMPARE(spans(text),
                 QStringList({"operator== 1-5", "S::operator= 6-6", "operator() 7-7", "f 8-8"}));
    }

    void takesALambdaAsPartOfItsFunction() {
        const char* text = R"(void f() {
    const auto g = [&](int x) {
        return x;
    };
    struct Local { int h() { return 1; } };
}
const auto kLambda = [](int a) {
    return a;
};
)";
        QCOMPARE(spans(text), QStringList({"f 1-6", "kLambda 7-9"}));
    }

    void takesNoInitializerForAFunction() {
        const char* text = R"(const Row kRows[] = {
    {"a", f(1)},
};
const std::map<int, std::function<void()>> kMap{
    {1, [] {}},
};
const Operation get{kFields, parse, bind};
const bool registered = (add([]() -> QObject* { return new C; }), true);
void g(Options options = {}, std::function<void()> then = [] {});
)";
        QCOMPARE(spans(text), QStringList());
    }

    void isNotMisledByTextAndPreprocessor() {
        // In a separate file, since moc would read it too.
        QFile file(ORRERY_TEST_SOURCE_DIR "/snippets/macros.txt");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(file.readAll());
        QCOMPARE(spans(text), QStringList({"brace 6-6", "h 11-12"}));
    }

    void measuresAFunction() {
        const QString fits = "void f() {\n" + QString("    g();\n").repeated(68) + "}\n";
        const QString tooLong = "void f() {\n" + QString("    g();\n").repeated(69) + "}\n";
        QVERIFY(checkFunctionLengths({"core/base/a.cpp", fits}).isEmpty());
        const Complaints complaints = checkFunctionLengths({"core/base/a.cpp", "\n" + tooLong});
        QCOMPARE(complaints.size(), 1);
        QCOMPARE(complaints[0].toString(),
                 QString("core/base/a.cpp:2: f has 71 lines; a function has at most 70"));
        QVERIFY(checkFunctionLengths({"packaging/a.sh", tooLong}).isEmpty());
    }

    void measuresAFile() {
        QVERIFY(checkFileLength({"a.h", QString("\n").repeated(400)}).isEmpty());
        QCOMPARE(checkFileLength({"a.h", QString("\n").repeated(401)}).size(), 1);
        QCOMPARE(checkFileLength({"a.sh", QString("\n").repeated(400) + "end"}).size(), 1);
    }

    void measuresALineInCharacters() {
        const QString hundred = QString(u'ä').repeated(98) + QString::fromUtf8("🪐") + "x";
        QVERIFY(checkLineWidth({"a.cpp", hundred + "\n"}).isEmpty());
        const Complaints complaints = checkLineWidth({"a.cpp", "\n" + hundred + "y\n"});
        QCOMPARE(complaints.size(), 1);
        QCOMPARE(complaints[0].line, qsizetype{2});
    }
};

ORRERY_TEST_CLASS(FunctionsTest)
#include "functions_test.moc"
