#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/types/api_error.h"

namespace orrery::types {

// Numbers of DynamoDB: up to 38 significant digits, exact; magnitude 1E-130 … 9.99…9E+125, or zero.
// Source: ServiceQuotas / HowItWorks.NamingRulesDataTypes, "Number".

/// One number in its canonical form: coefficient · 10^exponent. The coefficient has at most 38
/// digits and no trailing zero; zero has exponent 0. Equal numbers have equal fields.
class Number {
public:
    __extension__ using Coefficient = unsigned __int128;

    static constexpr int kDigitsMax = 38;
    static constexpr int kMagnitudeMin = -130;
    static constexpr int kMagnitudeMax = 125;

    constexpr Number() = default;  ///< Zero.

    /// Parses a number that a client sent. The errors are the service's: not a number, more than 38
    /// significant digits, overflow, underflow.
    static ApiResult<Number> parse(std::string_view text);

    /// Builds a number from parts that need not be canonical. Errors: overflow, which more than 38
    /// significant digits are too, and underflow.
    static ApiResult<Number> create(bool negative, Coefficient coefficient, int exponent);

    static Number fromInteger(std::int64_t value);

    /// The service's canonical text: plain decimal notation without exponent, no trailing zeros.
    std::string text() const;
    /// Appends the same text to `out`.
    void appendText(std::string& out) const;

    bool isZero() const { return m_coefficient == 0; }
    bool isNegative() const { return m_negative; }
    Coefficient coefficient() const { return m_coefficient; }
    int exponent() const { return m_exponent; }
    /// The number of decimal digits of the coefficient; 0 for zero.
    int digits() const;
    /// The power of ten of the first digit, in [kMagnitudeMin, kMagnitudeMax]; 0 for zero.
    int magnitude() const { return isZero() ? 0 : m_exponent + digits() - 1; }

    /// Exact sum and difference; an error if the result does not fit in 38 digits or the range.
    static ApiResult<Number> add(const Number& a, const Number& b);
    static ApiResult<Number> subtract(const Number& a, const Number& b);

    /// By value.
    std::strong_ordering operator<=>(const Number& other) const;
    bool operator==(const Number& other) const = default;

private:
    Coefficient m_coefficient = 0;
    std::int16_t m_exponent = 0;
    bool m_negative = false;
};

}  // namespace orrery::types
