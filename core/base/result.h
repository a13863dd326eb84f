#pragma once

#include <expected>
#include <utility>

// Expected failures are values of std::expected; these two macros pass them on. An ApiResult, a
// StorageResult and an IoResult differ in their error type, so one cannot be passed on as another
// by accident.

#define ORRERY_CONCAT_(a, b) a##b
#define ORRERY_CONCAT(a, b) ORRERY_CONCAT_(a, b)

/// Declares `lhs` from the value of `expr`, or returns its error. It expands to several statements:
/// use it once a line, and never as the body of an unbraced `if`.
#define TRY_ASSIGN(lhs, expr) ORRERY_TRY_ASSIGN_(ORRERY_CONCAT(try_, __LINE__), lhs, expr)
#define ORRERY_TRY_ASSIGN_(tmp, lhs, expr)                    \
    auto tmp = (expr);                                        \
    if (!tmp) return std::unexpected(std::move(tmp).error()); \
    lhs = *std::move(tmp)

/// The same for a result without a value.
#define TRY(expr)                                                                          \
    do {                                                                                   \
        if (auto tried = (expr); !tried) return std::unexpected(std::move(tried).error()); \
    } while (false)
