#pragma once

#include <QObject>

namespace orrery::test {

/// Adds a test class to the program; main() of test_main.cpp runs all of them in the order of their
/// names and sums up. Called by ORRERY_TEST_CLASS before main().
void registerTestClass(const char* name, QObject* (*make)());

/// True if the program was started with `--rewrite`: tests that compare with an expected text write
/// what they got in its place. The diff is read like code.
bool rewriting();

}  // namespace orrery::test

/// Stands once after each test class, followed by `#include "<file>.moc"`.
#define ORRERY_TEST_CLASS(Class)                                                                   \
    namespace {                                                                                    \
    const bool registered##Class =                                                                 \
        (::orrery::test::registerTestClass(#Class, []() -> QObject* { return new Class; }), true); \
    }
