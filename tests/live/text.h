#pragma once

#include <QTest>
#include <string>

/// Makes QCOMPARE show the contents of a std::string that differs.
template <>
inline char* QTest::toString(const std::string& text) {
    return qstrdup(text.c_str());
}
