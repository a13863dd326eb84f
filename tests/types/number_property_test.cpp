#include <QTest>

#include <boost/multiprecision/cpp_int.hpp>

#include "core/types/number.h"
#include "tests/support/test_main.h"
#include "tests/types/support.h"

// Compares Number with a second implementation without limits: an integer of any length times a
// power of ten. It reads digits as text and adds by bringing both sides to the same power.

using namespace orrery;
using namespace orrery::test;
using types::Number;

namespace {

using Integer = boost::multiprecision::cpp_int;

struct Reference {
    Integer coefficient;
    int exponent = 0;

    static Reference of(const Number& number) {
        Integer coefficient = 0;
        for (int shift = 96; shift >= 0; shift -= 32) {
            const auto part = static_cast<std::uint32_t>(number.coefficient() >> shift);
            coefficient = (coefficient << 32) + part;
        }
        return {number.isNegative() ? Integer(-coefficient) : coefficient, number.exponent()};
    }

    std::string digits() const { return Integer(abs(coefficient)).str(); }

    // Without zeros at the end.
    Reference canonical() const {
        if (coefficient == 0) return {};
        std::string text = digits();
        const std::size_t kept = text.find_last_not_of('0') + 1;
        Reference result{Integer(text.substr(0, kept)),
                         exponent + static_cast<int>(text.size() - kept)};
        if (coefficient < 0) result.coefficient = -result.coefficient;
        return result;
    }

    // The coefficient for a lower power of ten.
    Integer at(int power) const {
        return coefficient *
               boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent - power));
    }

    // The expected answer of the service: the first word of an error, or the plain text.
    std::string verdict() const {
        const Reference value = canonical();
        if (value.coefficient == 0) return "0";
        std::string text = value.digits();
        const int magnitude = value.exponent + static_cast<int>(text.size()) - 1;
        if (magnitude > 125) return "Number overflow";
        if (magnitude < -130) return "Number underflow";
        if (text.size() > 38) return "Attempting";
        if (value.exponent >= 0) {
            text.append(static_cast<std::size_t>(value.exponent), '0');
        } else {
            const auto after = static_cast<std::size_t>(-value.exponent);
            if (text.size() <= after) text.insert(0, after + 1 - text.size(), '0');
            text.insert(text.size() - after, ".");
        }
        return (value.coefficient < 0 ? "-" : "") + text;
    }
};

std::string verdictOf(const ApiResult<Number>& result) {
    if (result) return result->text();
    for (const char* words : {"Number overflow", "Number underflow", "Attempting"})
        if (result.error().message.starts_with(words)) return words;
    return result.error().message;
}

std::string drawDigits(int most) {
    std::string text;
    for (int count = *rc::gen::inRange(0, most); count > 0; --count)
        text.push_back(*rc::gen::element('0', '0', '1', '5', '9'));
    return text;
}

}  // namespace

class NumberPropertyTest : public QObject {
    Q_OBJECT
private slots:
    void readsWhatTheReferenceReads() {
        QVERIFY(rc::check("parse agrees with the reference", [] {
            const std::string sign = *rc::gen::element("", "+", "-");
            const std::string before = drawDigits(45);
            const std::string after = drawDigits(45);
            RC_PRE(!before.empty() || !after.empty());
            const int exponent =
                *rc::gen::oneOf(rc::gen::inRange(-5, 5), rc::gen::inRange(-180, 180));
            std::string text = sign + before;
            if (!after.empty() || *rc::gen::arbitrary<bool>()) text += "." + after;
            if (exponent != 0) text += *rc::gen::element("e", "E") + std::to_string(exponent);
            const std::string digits = before + after;
            const std::size_t first = digits.find_first_not_of('0');
            Reference reference{first == std::string::npos ? 0 : Integer(digits.substr(first)),
                                exponent - static_cast<int>(after.size())};
            if (sign == "-") reference.coefficient = -reference.coefficient;
            RC_LOG() << text;
            std::string verdict = reference.verdict();
            // For zero, the service checks the exponent as written.
            if (reference.coefficient == 0 && exponent > 125) verdict = "Number overflow";
            if (reference.coefficient == 0 && exponent < -130) verdict = "Number underflow";
            RC_ASSERT(verdictOf(Number::parse(text)) == verdict);
        }));
    }

    void readsBackItsOwnText() {
        QVERIFY(rc::check("text and parse are inverse", [] {
            const Number number = *anyNumber();
            const auto back = Number::parse(number.text());
            RC_ASSERT(back.has_value());
            RC_ASSERT(*back == number);
            RC_ASSERT(number.text() == Reference::of(number).verdict());
        }));
    }

    void addsAsTheReferenceAdds() {
        QVERIFY(rc::check("sum and difference agree with the reference", [] {
            const Number a = *anyNumber();
            const Number b = *anyNumber();
            const Reference left = Reference::of(a);
            const Reference right = Reference::of(b);
            const int power = std::min(left.exponent, right.exponent);
            const Reference sum{left.at(power) + right.at(power), power};
            const Reference difference{left.at(power) - right.at(power), power};
            RC_LOG() << a.text() << " and " << b.text();
            // A sum of too many digits is an overflow, also where it is too small as well.
            const auto agrees = [](const ApiResult<Number>& result, const Reference& expected) {
                const std::string verdict = verdictOf(result);
                if (expected.canonical().digits().size() <= 38)
                    return verdict == expected.verdict();
                return verdict == "Number overflow" ||
                       (verdict == "Number underflow" && verdict == expected.verdict());
            };
            RC_ASSERT(agrees(Number::add(a, b), sum));
            RC_ASSERT(agrees(Number::add(b, a), sum));
            RC_ASSERT(agrees(Number::subtract(a, b), difference));
        }));
    }

    void comparesAsTheReferenceCompares() {
        QVERIFY(rc::check("order agrees with the reference", [] {
            const Number a = *anyNumber();
            const Number b = *rc::gen::oneOf(anyNumber(), rc::gen::just(a));
            const Reference left = Reference::of(a);
            const Reference right = Reference::of(b);
            const int power = std::min(left.exponent, right.exponent);
            const int order = left.at(power).compare(right.at(power));
            RC_ASSERT((a <=> b) == (order <=> 0));
            RC_ASSERT((a == b) == (order == 0));
        }));
    }

    void knowsItsDigits() {
        QVERIFY(rc::check("digits and magnitude agree with the text", [] {
            const Number number = *anyNumber();
            RC_PRE(!number.isZero());
            const std::string digits = Reference::of(number).digits();
            RC_ASSERT(number.digits() == static_cast<int>(digits.size()));
            RC_ASSERT(number.magnitude() == number.exponent() + number.digits() - 1);
            RC_ASSERT(digits.back() != '0');
        }));
        Number::Coefficient power = 1;
        for (int digits = 1; digits <= 38; ++digits, power *= 10) {
            QCOMPARE(Number::create(false, power + (digits > 1), 0)->digits(), digits);
            QCOMPARE(Number::create(false, power * 10 - 1, 0)->digits(), digits);
        }
    }
};

ORRERY_TEST_CLASS(NumberPropertyTest)
#include "number_property_test.moc"
