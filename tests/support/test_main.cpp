#include "tests/support/test_main.h"

#include <QTest>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "core/base/sanitizers.h"

#ifdef QT_WIDGETS_LIB
#include <QApplication>
#else
#include <QCoreApplication>
#endif

namespace orrery::test {
namespace {

struct TestClass {
    const char* name;
    QObject* (*make)();
};

std::vector<TestClass>& testClasses() {
    static std::vector<TestClass> classes;
    return classes;
}

bool rewritingAsked = false;

}  // namespace

void registerTestClass(const char* name, QObject* (*make)()) {
    testClasses().push_back({name, make});
}

bool rewriting() {
    return rewritingAsked;
}

}  // namespace orrery::test

// Takes Qt Test's arguments; `--class NAME` before them runs that class alone, and `--rewrite`
// updates expected texts. Each class prints its own "Totals:" line, which packaging/test sums.
int main(int argc, char** argv) {
#ifdef QT_WIDGETS_LIB
    QApplication application(argc, argv);
#else
    QCoreApplication application(argc, argv);
#endif
    // Qt Test grants a function five minutes for all of its rows. With many seeds, or under a
    // sanitizer on a busy machine, some take longer; ctest has a limit for the whole program.
    constexpr const char* kTimeout = "QTEST_FUNCTION_TIMEOUT";
    if (!qEnvironmentVariableIsSet(kTimeout))
        qputenv(kTimeout, qEnvironmentVariableIsSet("ORRERY_LONG") ? "14400000" : "1400000");
    auto& classes = orrery::test::testClasses();
    std::ranges::sort(classes,
                      [](const auto& a, const auto& b) { return std::strcmp(a.name, b.name) < 0; });
    QStringList arguments = application.arguments();
    orrery::test::rewritingAsked = arguments.removeAll(QStringLiteral("--rewrite")) > 0;
    QString only;
    if (arguments.size() >= 3 && arguments[1] == "--class") {
        only = arguments[2];
        arguments.remove(1, 2);
    }
    int failures = 0;
    int ran = 0;
    for (const auto& testClass : classes) {
        if (!only.isEmpty() && only != testClass.name) continue;
        const std::unique_ptr<QObject> object(testClass.make());
        failures += QTest::qExec(object.get(), arguments);
        ++ran;
    }
    if (ran == 0) {
        qCritical("No test class of that name.");
        return 1;
    }
    return std::min(failures, 100);
}

#ifdef ORRERY_THREAD_SANITIZER
// Qt is built without the thread sanitizer, which therefore does not see how the watchdog of Qt
// Test and the main thread wait for each other, and reports a race.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
    return "called_from_lib:libQt6Core.so\ncalled_from_lib:libQt6Test.so\n";
}
#endif
