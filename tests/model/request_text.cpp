#include "tests/model/request_text.h"

#include <algorithm>
#include <cctype>

#include "core/base/check.h"

namespace orrery::test::model {
namespace {

using Kind = Change::Kind;

bool isPlain(const std::string& name) {
    return name != "name" &&
           std::ranges::all_of(name, [](unsigned char byte) { return std::isalpha(byte) != 0; });
}

std::string spaced(Prng& prng, std::string_view word) {
    const std::string space = prng.chance({1, 10}) ? "  " : " ";
    return space + std::string(word) + space;
}

// Binary values have no literal.
bool hasBinary(const Value& value) {
    const std::string_view type = typeOf(value);
    if (type == "L") return std::ranges::any_of(elementsOf(value), hasBinary);
    if (type != "M") return type == "B" || type == "BS";
    return std::ranges::any_of(contentOf(value).as_object(),
                               [](const auto& member) { return hasBinary(member.value()); });
}

}  // namespace

std::string RequestText::operand(const Operand& operand) {
    if (operand.kind == Operand::Kind::Constant) return value(operand.value);
    if (operand.kind == Operand::Kind::OfPath) return path(operand.path);
    return "size(" + path(operand.path) + ")";
}

std::string RequestText::call(std::string_view function, const Condition& condition) {
    std::string text(function);
    for (std::size_t i = 0; i < condition.operands.size(); ++i)
        text += (i == 0 ? "(" : ", ") + operand(condition.operands[i]);
    return text + ")";
}

std::string RequestText::joined(const Condition& condition, std::string_view word) {
    std::string text;
    for (const Condition& part : condition.parts)
        text += (text.empty() ? "(" : spaced(m_prng, word)) + this->condition(part);
    return text + ")";
}

std::string RequestText::condition(const Condition& condition) {
    using What = Condition::Kind;
    switch (condition.kind) {
        case What::Compare: {
            std::string text = operand(condition.operands[0]);
            text += spaced(m_prng, condition.comparator);
            return text + operand(condition.operands[1]);
        }
        case What::Between: {
            std::string text = operand(condition.operands[0]) + spaced(m_prng, "BETWEEN");
            text += operand(condition.operands[1]) + spaced(m_prng, "AND");
            return text + operand(condition.operands[2]);
        }
        case What::In: {
            std::string text = operand(condition.operands[0]) + spaced(m_prng, "IN");
            for (std::size_t i = 1; i < condition.operands.size(); ++i)
                text += (i == 1 ? "(" : ", ") + operand(condition.operands[i]);
            return text + ")";
        }
        case What::BeginsWith:
            return call("begins_with", condition);
        case What::Contains:
            return call("contains", condition);
        case What::HasType:
            return call("attribute_type", condition);
        case What::Exists:
            return call("attribute_exists", condition);
        case What::Missing:
            return call("attribute_not_exists", condition);
        case What::And:
            return joined(condition, "AND");
        case What::Or:
            return joined(condition, "OR");
        case What::Not:
            return "NOT" + spaced(m_prng, "") + this->condition(condition.parts.front());
    }
    return {};
}

std::string RequestText::assigned(const Change& change) {
    if (change.kind == Kind::Set) return value(change.value);
    const std::string source = path(change.source);
    switch (change.kind) {
        case Kind::Copy:
            return source;
        case Kind::Plus:
            return source + " + " + value(change.value);
        case Kind::Minus:
            return source + " - " + value(change.value);
        case Kind::IfNotExists:
            return "if_not_exists(" + source + ", " + value(change.value) + ")";
        default:
            CHECK(change.kind == Kind::Append);
            return "list_append(" + source + ", " + value(change.value) + ")";
    }
}

std::string RequestText::pathWith(const Path& path, const std::vector<std::string>& names) const {
    std::string text;
    for (std::size_t i = 0; i < path.steps.size(); ++i) {
        const int index = path.steps[i].index;
        if (index >= 0) {
            text += "[" + std::to_string(index) + "]";
        } else {
            text += (i == 0 ? "" : ".") + names[i];
        }
    }
    return text;
}

std::string ExpressionText::name(const std::string& name) {
    if (isPlain(name) && m_prng.chance({1, 2})) return name;
    const std::string placeholder = "#n" + std::to_string(m_names.size());
    return m_names.try_emplace(name, placeholder).first->second;
}

std::string ExpressionText::path(const Path& path) {
    std::vector<std::string> names;
    for (const Path::Step& step : path.steps)
        names.push_back(step.index < 0 ? name(step.name) : "");
    return pathWith(path, names);
}

std::string ExpressionText::value(const Value& value) {
    const std::string placeholder = ":v" + std::to_string(m_values.size());
    m_values[placeholder] = respelled(m_prng, value);
    return placeholder;
}

std::string ExpressionText::update(const Changes& update) {
    std::map<std::string, std::string> clauses;
    for (const Change& change : update) {
        const bool isValued = change.kind == Kind::Add || change.kind == Kind::Delete;
        const char* word = change.assigns()              ? "SET"
                           : change.kind == Kind::Remove ? "REMOVE"
                           : change.kind == Kind::Add    ? "ADD"
                                                         : "DELETE";
        std::string& clause = clauses[word];
        clause += clause.empty() ? " " : ", ";
        clause += path(change.path);
        if (change.assigns()) clause += " = " + assigned(change);
        if (isValued) clause += " " + value(change.value);
    }
    std::vector<std::string> texts;
    for (const auto& [word, clause] : clauses)
        texts.push_back(word + clause);
    if (texts.size() > 1) std::swap(texts.front(), texts[m_prng.below(texts.size())]);
    std::string text;
    for (const std::string& each : texts)
        text += (text.empty() ? "" : " ") + each;
    return text;
}

std::string ExpressionText::projection(const std::vector<Path>& paths) {
    std::string text;
    for (const Path& each : paths)
        text += (text.empty() ? "" : ", ") + path(each);
    return text;
}

void ExpressionText::addTo(boost::json::object& body) const {
    if (!m_values.empty()) body["ExpressionAttributeValues"] = m_values;
    if (m_names.empty()) return;
    boost::json::object names;
    for (const auto& [name, placeholder] : m_names)
        names[placeholder] = name;
    body["ExpressionAttributeNames"] = names;
}

std::string StatementText::quoted(std::string_view name) {
    return "\"" + std::string(name) + "\"";
}

std::string StatementText::path(const Path& path) {
    std::vector<std::string> names;
    for (const Path::Step& step : path.steps) {
        const bool isBare = isPlain(step.name) && m_prng.chance({1, 2});
        names.push_back(isBare ? step.name : quoted(step.name));
    }
    return pathWith(path, names);
}

std::string StatementText::value(const Value& value) {
    if (!hasBinary(value) && m_prng.chance({1, 2})) return literal(value);
    m_parameters.push_back(respelled(m_prng, value));
    return "?";
}

std::string StatementText::literal(const Value& value) {
    const std::string_view type = typeOf(value);
    if (type == "N") return std::string(contentOf(respelled(m_prng, value)).as_string());
    if (type == "BOOL") return contentOf(value).as_bool() ? "true" : "false";
    if (type == "NULL") return "null";
    if (type == "S") {
        std::string text = "'";
        for (const char byte : contentOf(value).as_string())
            text += byte == '\'' ? "''" : std::string(1, byte);
        return text + "'";
    }
    std::string text;
    if (type == "M") {
        for (const auto& [name, member] : contentOf(value).as_object())
            text += (text.empty() ? "'" : ", '") + std::string(name) + "': " + literal(member);
        return "{" + text + "}";
    }
    for (const auto& element : elementsOf(value)) {
        const Value each = type == "L" ? element : Value{{type.substr(0, 1), element}};
        text += (text.empty() ? "" : ", ") + literal(each);
    }
    return type == "L" ? "[" + text + "]" : "<<" + text + ">>";
}

std::string StatementText::tuple(const Attributes& item) {
    std::string text;
    for (const auto& [name, member] : item) {
        text += (text.empty() ? "'" : ", '") + std::string(name) + "': ";
        text += value(member);
    }
    return "{" + text + "}";
}

std::string StatementText::update(const Changes& update) {
    std::string text;
    for (const Change& change : update) {
        const std::string target = path(change.path);
        text += text.empty() ? "" : " ";
        if (change.kind == Kind::Remove) {
            text += "REMOVE " + target;
        } else if (change.assigns()) {
            text += "SET " + target + " = " + assigned(change);
        } else {
            const char* function = change.kind == Kind::Add ? "set_add(" : "set_delete(";
            text += "SET " + target + " = " + function + target + ", " + value(change.value) + ")";
        }
    }
    return text;
}

boost::json::object legacyConditions(Prng& prng, const Condition& condition) {
    using What = Condition::Kind;
    static const std::map<std::string, std::string> operators{
        {"=", "EQ"}, {"<>", "NE"}, {"<", "LT"}, {"<=", "LE"}, {">", "GT"}, {">=", "GE"}};
    static const std::map<What, std::string> kinds{
        {What::Between, "BETWEEN"},   {What::In, "IN"},           {What::BeginsWith, "BEGINS_WITH"},
        {What::Contains, "CONTAINS"}, {What::Exists, "NOT_NULL"}, {What::Missing, "NULL"}};
    if (condition.kind == What::And || condition.kind == What::Or) {
        boost::json::object all;
        for (const Condition& part : condition.parts) {
            for (const auto& [name, member] : legacyConditions(prng, part))
                all[name] = member;
        }
        return all;
    }
    boost::json::array values;
    for (std::size_t i = 1; i < condition.operands.size(); ++i)
        values.push_back(respelled(prng, condition.operands[i].value));
    const bool isComparison = condition.kind == What::Compare;
    boost::json::object member;
    member["ComparisonOperator"] =
        isComparison ? operators.at(condition.comparator) : kinds.at(condition.kind);
    if (!values.empty()) member["AttributeValueList"] = values;
    return {{condition.operands[0].path.top(), member}};
}

void addOperator(boost::json::object& body, const Condition& condition) {
    if (condition.kind == Condition::Kind::Or && condition.parts.size() > 1)
        body["ConditionalOperator"] = "OR";
}

boost::json::object legacyUpdates(Prng& prng, const Changes& update) {
    boost::json::object all;
    for (const Change& change : update) {
        boost::json::object member;
        if (change.kind != Kind::Remove) member["Value"] = respelled(prng, change.value);
        if (change.kind == Kind::Add) member["Action"] = "ADD";
        if (change.kind == Kind::Set && prng.chance({1, 2})) member["Action"] = "PUT";
        if (change.onlyTakes()) member["Action"] = "DELETE";
        all[change.path.top()] = member;
    }
    return all;
}

}  // namespace orrery::test::model
