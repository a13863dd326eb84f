#include "core/api/statements/statement_arguments.h"

#include <boost/json.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "core/base/hash.h"
#include "core/base/result.h"
#include "core/types/key_schema.h"
#include "core/types/wire_codec.h"

namespace orrery::api {
namespace {

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

// The service reads a number of a parameter as Java's BigDecimal does: the exponent and the scale
// have 32 bits, and so has the magnitude, which wraps. Recorded in the conformance suite,
// partiqlParameterNumbers.test.ts.
class DecimalText {
public:
    explicit DecimalText(std::string_view text) : m_rest(text) {}

    /// False if BigDecimal cannot read the text.
    bool read() {
        if (!m_rest.empty() && (m_rest[0] == '+' || m_rest[0] == '-')) m_rest.remove_prefix(1);
        const std::int64_t whole = digits();
        std::int64_t fraction = 0;
        if (!m_rest.empty() && m_rest[0] == '.') {
            m_rest.remove_prefix(1);
            fraction = digits();
        }
        if (whole + fraction == 0) return false;
        std::int64_t exponent = 0;
        if (!m_rest.empty() && (m_rest[0] == 'e' || m_rest[0] == 'E')) {
            m_rest.remove_prefix(1);
            if (!readExponent(exponent)) return false;
        }
        const std::int64_t scale = fraction - exponent;
        m_magnitude = m_significant - scale;
        return m_rest.empty() && fits(exponent) && fits(scale);
    }

    /// True if the magnitude needs more than 32 bits.
    bool wraps() const { return !fits(m_magnitude); }

private:
    static bool fits(std::int64_t value) {
        return value >= std::numeric_limits<std::int32_t>::min() &&
               value <= std::numeric_limits<std::int32_t>::max();
    }

    std::int64_t digits() {
        std::int64_t count = 0;
        for (; !m_rest.empty() && isDigit(m_rest[0]); m_rest.remove_prefix(1), ++count)
            if (m_significant > 0 || m_rest[0] != '0') ++m_significant;
        return count;
    }

    bool readExponent(std::int64_t& exponent) {
        const bool negative = !m_rest.empty() && m_rest[0] == '-';
        if (!m_rest.empty() && (negative || m_rest[0] == '+')) m_rest.remove_prefix(1);
        if (m_rest.empty() || !isDigit(m_rest[0])) return false;
        for (; !m_rest.empty() && isDigit(m_rest[0]); m_rest.remove_prefix(1)) {
            exponent = exponent * 10 + (m_rest[0] - '0');
            if (exponent > std::int64_t{1} << 40) return false;
        }
        if (negative) exponent = -exponent;
        return true;
    }

    std::string_view m_rest;
    std::int64_t m_significant = 0;
    std::int64_t m_magnitude = 0;
};

ApiResult<void> checkNumber(const json::Value& json) {
    if (!json.is_string()) return {};
    const std::string_view text = json.get_string();
    DecimalText decimal(text);
    if (!decimal.read())
        return fail("The parameter cannot be converted to a numeric value" +
                    (text.empty() ? std::string() : ": " + std::string(text)));
    if (decimal.wraps())
        return fail(
            "Number underflow. Attempting to store a number with magnitude smaller than supported "
            "range");
    return {};
}

// Numbers and nesting, whichever is wrong first in the order of the text.
ApiResult<void> checkParameter(const json::Value& json, int levels) {
    if (levels > types::kNestingMax) return fail(std::string(types::kNestingExceeded));
    if (!json.is_object()) return {};
    for (const auto& [type, value] : json.get_object()) {
        const std::string_view name = type;
        if (name == "N") TRY(checkNumber(value));
        if (name == "NS" && value.is_array()) {
            for (const json::Value& member : value.get_array())
                TRY(checkNumber(member));
        }
        if (name == "L" && value.is_array()) {
            for (const json::Value& element : value.get_array())
                TRY(checkParameter(element, levels + 1));
        }
        if (name == "M" && value.is_object()) {
            for (const auto& [key, element] : value.get_object())
                TRY(checkParameter(element, levels + 1));
        }
    }
    return {};
}

}  // namespace

ApiResult<std::vector<expression::SharedValue>> takeParameters(const Fields& fields) {
    std::vector<expression::SharedValue> parameters;
    if (const json::Value* list = fields.find("Parameters"); list != nullptr) {
        for (const json::Value* element : elementsOf(*list)) {
            TRY(checkParameter(*element, 1));
            TRY_ASSIGN(types::AttributeValue value, types::valueFromJson(*element));
            parameters.push_back(std::make_shared<const types::AttributeValue>(std::move(value)));
        }
    }
    return parameters;
}

ApiResult<partiql::Statement> takeStatement(const Fields& fields) {
    TRY_ASSIGN(const auto parameters, takeParameters(fields));
    return partiql::parseStatement(fields.text("Statement"), parameters);
}

std::uint64_t statementFingerprint(const Fields& fields) {
    Hash64 hash;
    hash.add(fields.text("Statement"));
    if (const json::Value* list = fields.find("Parameters"); list != nullptr)
        hash.add(jsonText(*list));
    return hash.value();
}

}  // namespace orrery::api
