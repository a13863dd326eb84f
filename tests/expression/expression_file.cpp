#include "tests/expression/expression_file.h"

#include <boost/json.hpp>
#include <optional>

#include "core/base/result.h"
#include "core/expression/condition.h"
#include "core/expression/key_condition.h"
#include "core/expression/projection.h"
#include "core/expression/substitutions.h"
#include "core/expression/update.h"
#include "core/expression/value_text.h"
#include "core/json/json.h"
#include "core/types/wire_codec.h"

namespace orrery::test {
namespace {

using namespace orrery::expression;
using types::AttributeType;
using types::AttributeValue;
using types::Item;
using types::KeySchema;

std::string jsonOf(const AttributeValue& value) {
    std::string out;
    if (const auto* map = value.as<types::AttributeMap>()) {
        types::appendJson(out, *map);
    } else if (const auto* list = value.as<types::List>()) {
        out += "[";
        for (const AttributeValue& element : *list) {
            if (out.size() > 1) out += ",";
            types::appendJson(out, element);
        }
        out += "]";
    }
    return out;
}

std::string_view nameOf(KeyOperator op) {
    switch (op) {
        case KeyOperator::Equal:
            return " = ";
        case KeyOperator::Less:
            return " < ";
        case KeyOperator::LessOrEqual:
            return " <= ";
        case KeyOperator::Greater:
            return " > ";
        case KeyOperator::GreaterOrEqual:
            return " >= ";
        case KeyOperator::Between:
            return " BETWEEN ";
        case KeyOperator::BeginsWith:
            return " begins_with ";
        case KeyOperator::NotIndexable:
            break;
    }
    return " not indexable ";
}

// Removes and returns the first word of `line`.
std::string_view takeWord(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

// The type of a key attribute, by its wire name.
AttributeType keyTypeOf(std::string_view name) {
    return attributeTypeOf(name).value_or(AttributeType::Null);
}

class ExpressionFile {
public:
    /// True if the line is a setting for the cases after it.
    bool takeSetting(std::string_view line);
    std::string run(std::string_view line);

private:
    static std::optional<boost::json::value> jsonFrom(std::string_view text) {
        if (text == "none") return std::nullopt;
        return *json::parse(text);
    }
    bool setSchema(std::string_view text);

    ApiResult<std::string> evaluate(std::string_view kind, std::string_view text,
                                    Substitutions& substitutions);
    ApiResult<std::string> evaluateUpdate(std::string_view kind, std::string_view text,
                                          Substitutions& substitutions);
    ApiResult<std::string> evaluateKey(std::string_view text, Substitutions& substitutions);

    std::optional<Item> m_item;
    std::optional<Substitutions::Names> m_names;
    std::optional<Item> m_values;
    KeySchema m_schema;
};

bool ExpressionFile::takeSetting(std::string_view line) {
    const std::string_view name = takeWord(line);
    const bool isJson = line.starts_with('{') || line == "none";
    if (name == "schema") return setSchema(line);
    if (!isJson || (name != "item" && name != "names" && name != "values")) return false;
    const auto value = jsonFrom(line);
    if (name == "names") {
        m_names.reset();
        if (!value) return true;
        m_names.emplace();
        for (const auto& [placeholder, attribute] : value->as_object())
            m_names->emplace_back(placeholder, std::string_view(attribute.as_string()));
        return true;
    }
    std::optional<Item>& target = name == "item" ? m_item : m_values;
    target.reset();
    if (value) target = *types::itemFromJson(*value);
    return true;
}

// "pk:S sk:N"
bool ExpressionFile::setSchema(std::string_view text) {
    const auto attribute = [](std::string_view word) {
        const std::size_t colon = word.find(':');
        return types::KeyAttribute{std::string(word.substr(0, colon)),
                                   keyTypeOf(word.substr(colon + 1))};
    };
    m_schema = {attribute(takeWord(text)), std::nullopt};
    if (!text.empty()) m_schema.sort = attribute(text);
    return true;
}

ApiResult<std::string> ExpressionFile::evaluateKey(std::string_view text,
                                                   Substitutions& substitutions) {
    TRY_ASSIGN(const KeyCondition condition, parseKeyCondition(text, substitutions));
    TRY_ASSIGN(const KeyRange range, bindKeyCondition(condition, m_schema));
    std::string out = m_schema.partition.name + " = " + valueText(range.partition);
    if (range.sort) {
        out += ", " + m_schema.sort->name;
        out += nameOf(range.sort->op);
        out += valueText(range.sort->value);
        if (range.sort->op == KeyOperator::Between) out += " AND " + valueText(range.sort->upper);
    }
    return out;
}

ApiResult<std::string> ExpressionFile::evaluateUpdate(std::string_view kind, std::string_view text,
                                                      Substitutions& substitutions) {
    const Item old = m_item.value_or(Item{});
    std::string_view attribute;
    if (kind == "item") attribute = takeWord(text);
    TRY_ASSIGN(const Update update, parseUpdate(text, substitutions));
    TRY_ASSIGN(const Item updated, apply(update, old));
    if (kind == "item") return jsonOf(*updated.find(attribute));
    if (kind == "old") return jsonOf(AttributeValue(updatedAttributes(update, old)));
    if (kind == "new") return jsonOf(AttributeValue(updatedAttributes(update, updated)));
    return jsonOf(AttributeValue(updated));
}

ApiResult<std::string> ExpressionFile::evaluate(std::string_view kind, std::string_view text,
                                                Substitutions& substitutions) {
    if (kind == "condition" || kind == "filter") {
        const Kind which = kind == "filter" ? Kind::Filter : Kind::Condition;
        TRY_ASSIGN(const Condition condition, parseCondition(text, which, substitutions));
        return matches(condition, m_item ? &*m_item : nullptr) ? "true" : "false";
    }
    if (kind == "projection") {
        TRY_ASSIGN(const Projection projection, parseProjection(text, substitutions));
        return jsonOf(AttributeValue(project(m_item.value_or(Item{}), projection)));
    }
    if (kind == "key") return evaluateKey(text, substitutions);
    const bool isUpdate = kind == "update" || kind == "old" || kind == "new" || kind == "item";
    if (isUpdate) return evaluateUpdate(kind, text, substitutions);
    return "no such kind: " + std::string(kind);
}

std::string ExpressionFile::run(std::string_view line) {
    std::string_view kind = takeWord(line);
    const bool checksUse = kind == "used";
    if (checksUse) kind = takeWord(line);
    auto substitutions = Substitutions::create(m_names, m_values);
    if (!substitutions) return substitutions.error().message;
    const ApiResult<std::string> result = evaluate(kind, line, *substitutions);
    if (!result) return result.error().message;
    if (!checksUse) return *result;
    const ApiResult<void> used = substitutions->checkAllUsed();
    return used ? *result : used.error().message;
}

// A JSON document in the order in which this program writes it.
std::string canonical(const std::string& expected) {
    if (!expected.starts_with('{')) return expected;
    const auto item = types::itemFromJson(*json::parse(expected));
    return item ? jsonOf(AttributeValue(*item)) : "not an item: " + expected;
}

}  // namespace

std::vector<ExpressionCase> runExpressionFile(std::string_view text) {
    std::vector<ExpressionCase> cases;
    ExpressionFile file;
    std::string expression;
    for (int number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.starts_with('#')) continue;
        if (line.starts_with("=> ")) {
            const std::string expected(line.substr(3));
            cases.push_back({number, expression, canonical(expected), file.run(expression)});
            expression.clear();
        } else if (!expression.empty()) {
            cases.push_back({number, expression, "a line that begins with =>", ""});
            expression = line;
        } else if (!file.takeSetting(line)) {
            expression = line;
        }
    }
    return cases;
}

}  // namespace orrery::test
