#include "core/types/number.h"

#include <algorithm>
#include <array>
#include <bit>

namespace orrery::types {
namespace {

using Coefficient = Number::Coefficient;

constexpr Coefficient kCoefficientMax = ~Coefficient{0};

// 10^0 … 10^38; the last one is the first that needs 39 digits.
constexpr std::array<Coefficient, 39> kPowers = [] {
    std::array<Coefficient, 39> powers{};
    Coefficient power = 1;
    for (Coefficient& entry : powers) {
        entry = power;
        power *= 10;
    }
    return powers;
}();

int digitsOf(Coefficient coefficient) {
    if (coefficient == 0) return 0;
    const auto high = static_cast<std::uint64_t>(coefficient >> 64);
    const auto low = static_cast<std::uint64_t>(coefficient);
    const int bits = high != 0 ? 64 + static_cast<int>(std::bit_width(high))
                               : static_cast<int>(std::bit_width(low));
    // 1233/4096 approximates log10(2) well enough for 128 bits: the guess is right or one too low.
    const int guess = bits * 1233 / 4096;
    return guess >= 39 || coefficient < kPowers[static_cast<std::size_t>(guess)] ? guess
                                                                                 : guess + 1;
}

// Division of 128 bits is slow, and most coefficients need only half of them.
int lastDigit(Coefficient coefficient) {
    if (coefficient >> 64 == 0)
        return static_cast<int>(static_cast<std::uint64_t>(coefficient) % 10);
    return static_cast<int>(coefficient % 10);
}

// Where two texts stand, the service's newer layer of validation says the second one (recorded by
// dynamodb-conformance, tier 3, error-messages, valueLayers).
ApiError notANumber(std::string_view text) {
    const std::string prefix = "The parameter cannot be converted to a numeric value";
    if (text.empty()) return ApiError::validation(prefix, prefix + ": ");
    return ApiError::validation(prefix + ": " + std::string(text));
}

ApiError overflow() {
    return ApiError::validation(
        "Number overflow. Attempting to store a number with magnitude larger than supported range");
}

ApiError underflow() {
    return ApiError::validation(
        "Number underflow. Attempting to store a number with magnitude smaller than supported "
        "range");
}

// The older layer computes with a 32-bit exponent, so the largest ones wrap to the smallest.
ApiError overflow(std::int64_t exponent, std::int64_t magnitude) {
    if (exponent > INT32_MAX || magnitude < INT32_MAX) return overflow();
    return ApiError::validation(underflow().message, overflow().message);
}

ApiError tooManyDigits() {
    return ApiError::validation("Attempting to store more than 38 significant digits in a Number");
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

// The digits read so far, coefficient · 10^trailingZeros, of which fractionDigits are after the
// point.
struct Digits {
    Coefficient coefficient = 0;
    std::int64_t significant = 0;    // Of the coefficient, which stops growing after 38.
    std::int64_t trailingZeros = 0;  // Zeros read since the last digit that is not zero.
    std::int64_t fractionDigits = 0;
    bool any = false;

    void add(char c, bool afterPoint) {
        any = true;
        if (afterPoint) ++fractionDigits;
        if (c == '0') {
            if (significant > 0) ++trailingZeros;
            return;
        }
        significant += trailingZeros + 1;
        if (significant <= Number::kDigitsMax)
            coefficient = coefficient * kPowers[static_cast<std::size_t>(trailingZeros + 1)] +
                          static_cast<Coefficient>(c - '0');
        trailingZeros = 0;
    }
};

// Consumes sign? (digits with at most one point) from the front of `text`.
Digits takeDigits(std::string_view& text) {
    Digits digits;
    bool afterPoint = false;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (isDigit(text[at])) {
            digits.add(text[at], afterPoint);
        } else if (text[at] == '.' && !afterPoint) {
            afterPoint = true;
        } else {
            break;
        }
    }
    text.remove_prefix(at);
    return digits;
}

bool takeSign(std::string_view& text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    return negative;
}

// Parses all of `text` as the exponent after an E; false if it is none or needs more than 64 bits.
// An exponent far outside the range remains outside of it.
bool takeExponent(std::string_view text, std::int64_t& exponent) {
    const bool negative = takeSign(text);
    if (text.empty() || !std::ranges::all_of(text, isDigit)) return false;
    constexpr std::uint64_t kFar = std::uint64_t{1} << 50;
    // The magnitude of the minimum is one larger.
    const std::uint64_t most = static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0);
    std::uint64_t magnitude = 0;
    for (const char c : text) {
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (magnitude > (most - digit) / 10) return false;
        magnitude = magnitude * 10 + digit;
    }
    exponent = static_cast<std::int64_t>(std::min(magnitude, kFar));
    if (negative) exponent = -exponent;
    return true;
}

}  // namespace

// number := sign? coefficient (("e" | "E") sign? digit+)?, where the coefficient has at least one
// digit and at most one point; nothing before, between or after. This is what the service accepts:
// dynamodb-conformance, tier 3, limits, numberExponent.
ApiResult<Number> Number::parse(std::string_view text) {
    std::string_view rest = text;
    const bool negative = takeSign(rest);
    const Digits digits = takeDigits(rest);
    if (!digits.any) return std::unexpected(notANumber(text));
    std::int64_t exponent = 0;
    if (!rest.empty()) {
        if (rest[0] != 'e' && rest[0] != 'E') return std::unexpected(notANumber(text));
        rest.remove_prefix(1);
        if (!takeExponent(rest, exponent)) return std::unexpected(notANumber(text));
    }
    Number number;
    if (digits.significant == 0) {
        // For zero, the service checks the exponent as written.
        if (exponent > kMagnitudeMax) return std::unexpected(overflow());
        if (exponent < kMagnitudeMin) return std::unexpected(underflow());
        return number;
    }
    exponent += digits.trailingZeros - digits.fractionDigits;
    const std::int64_t magnitude = exponent + digits.significant - 1;
    if (magnitude > kMagnitudeMax) return std::unexpected(overflow(exponent, magnitude));
    if (magnitude < kMagnitudeMin) return std::unexpected(underflow());
    if (digits.significant > kDigitsMax) return std::unexpected(tooManyDigits());
    number.m_negative = negative;
    number.m_coefficient = digits.coefficient;
    number.m_exponent = static_cast<std::int16_t>(exponent);
    return number;
}

ApiResult<Number> Number::create(bool negative, Coefficient coefficient, int exponent) {
    Number number;
    if (coefficient == 0) return number;
    std::int64_t wideExponent = exponent;
    while (lastDigit(coefficient) == 0) {
        coefficient /= 10;
        ++wideExponent;
    }
    const int digits = digitsOf(coefficient);
    const std::int64_t magnitude = wideExponent + digits - 1;
    if (magnitude > kMagnitudeMax) return std::unexpected(overflow());
    if (magnitude < kMagnitudeMin) return std::unexpected(underflow());
    if (digits > kDigitsMax) return std::unexpected(overflow());
    number.m_negative = negative;
    number.m_coefficient = coefficient;
    number.m_exponent = static_cast<std::int16_t>(wideExponent);
    return number;
}

Number Number::fromInteger(std::int64_t value) {
    // Its nineteen digits always fit.
    const auto bits = static_cast<std::uint64_t>(value);
    return *create(value < 0, value < 0 ? ~bits + 1 : bits, 0);
}

int Number::digits() const {
    return digitsOf(m_coefficient);
}

std::string Number::text() const {
    std::string out;
    appendText(out);
    return out;
}

void Number::appendText(std::string& out) const {
    if (isZero()) {
        out.push_back('0');
        return;
    }
    std::array<char, kDigitsMax> buffer;
    std::size_t begin = buffer.size();
    for (Coefficient rest = m_coefficient; rest != 0;) {
        // As in lastDigit: 64-bit division is faster.
        if (rest >> 64 == 0) {
            for (auto low = static_cast<std::uint64_t>(rest); low != 0; low /= 10)
                buffer[--begin] = static_cast<char>('0' + low % 10);
            break;
        }
        buffer[--begin] = static_cast<char>('0' + static_cast<int>(rest % 10));
        rest /= 10;
    }
    const std::string_view digits(buffer.data() + begin, buffer.size() - begin);
    const int before = static_cast<int>(digits.size()) + m_exponent;  // Digits before the point.
    if (m_negative) out.push_back('-');
    if (m_exponent >= 0) {
        out.append(digits);
        out.append(static_cast<std::size_t>(m_exponent), '0');
    } else if (before > 0) {
        out.append(digits.substr(0, static_cast<std::size_t>(before)));
        out.push_back('.');
        out.append(digits.substr(static_cast<std::size_t>(before)));
    } else {
        out.append("0.");
        out.append(static_cast<std::size_t>(-before), '0');
        out.append(digits);
    }
}

// Brings both to the lower exponent. The last digit of the number with the lower exponent is not
// zero, and that of the shifted one is, so that digit stays, and a sum with more than 38 digits is
// detected early. The service calls such a sum an overflow (recorded by scylladb/scylladb,
// test/alternator/test_number.py).
ApiResult<Number> Number::add(const Number& a, const Number& b) {
    if (a.isZero()) return b;
    if (b.isZero()) return a;
    const Number& high = a.m_exponent >= b.m_exponent ? a : b;
    const Number& low = a.m_exponent >= b.m_exponent ? b : a;
    const int shift = high.m_exponent - low.m_exponent;
    if (shift > kDigitsMax) return std::unexpected(overflow());
    const Coefficient power = kPowers[static_cast<std::size_t>(shift)];
    // Above 2·10^38, no subtraction of 38 digits brings the result below 10^38.
    constexpr Coefficient kShiftedMax = 2 * kPowers[38];
    static_assert(kShiftedMax < kCoefficientMax - kPowers[38]);
    if (high.m_coefficient > kShiftedMax / power) return std::unexpected(overflow());
    const Coefficient shifted = high.m_coefficient * power;
    if (high.m_negative == low.m_negative)
        return create(high.m_negative, shifted + low.m_coefficient, low.m_exponent);
    if (shifted >= low.m_coefficient)
        return create(high.m_negative, shifted - low.m_coefficient, low.m_exponent);
    return create(low.m_negative, low.m_coefficient - shifted, low.m_exponent);
}

ApiResult<Number> Number::subtract(const Number& a, const Number& b) {
    Number negated = b;
    if (!b.isZero()) negated.m_negative = !b.m_negative;
    return add(a, negated);
}

std::strong_ordering Number::operator<=>(const Number& other) const {
    const auto signOf = [](const Number& n) { return n.isZero() ? 0 : n.m_negative ? -1 : 1; };
    const int sign = signOf(*this);
    if (const auto order = sign <=> signOf(other); order != 0 || sign == 0) return order;
    const Number& smaller =
        sign > 0 ? *this : other;  // The lesser in magnitude, if *this is the lesser in value.
    const Number& larger = sign > 0 ? other : *this;
    if (const auto order = smaller.magnitude() <=> larger.magnitude(); order != 0) return order;
    // The first digits are at the same place, so the number with the lower exponent has more
    // digits.
    const int shift = smaller.m_exponent - larger.m_exponent;
    if (shift >= 0)
        return smaller.m_coefficient * kPowers[static_cast<std::size_t>(shift)] <=>
               larger.m_coefficient;
    return smaller.m_coefficient <=>
           larger.m_coefficient * kPowers[static_cast<std::size_t>(-shift)];
}

}  // namespace orrery::types
