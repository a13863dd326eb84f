#pragma once

#include <QtTest>
#include <string>

/// So that QCOMPARE shows what a std::string holds when it is not the expected one.
template <>
inline char* QTest::toString(const std::string& text) {
    return qstrdup(text.c_str());
}
