#pragma once

#include <QObject>

namespace orrery::test {

/// Adds a test class to the program; main() of test_main.cpp runs all of them in the order of their
/// names and sums up. ORRERY_TEST_CLASS calls it before main().
void registerTestClass(const char* name, QObject* (*make)());

/// True if the program was started with `--rewrite`: tests that compare with an expected text write
/// the actual text in its place. Review the diff like code.
bool rewriting();

}  // namespace orrery::test

/// Put this once after each test class, followed by `#include "<file>.moc"`.
#define ORRERY_TEST_CLASS(Class)                                                                   \
    namespace {                                                                                    \
    const bool registered##Class =                                                                 \
        (::orrery::test::registerTestClass(#Class, []() -> QObject* { return new Class; }), true); \
    }
