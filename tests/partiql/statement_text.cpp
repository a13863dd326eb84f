#include "tests/partiql/statement_text.h"

#include "core/base/overloaded.h"
#include "core/partiql/key_plan.h"
#include "core/types/wire_codec.h"

namespace orrery::test {
namespace {

using namespace expression;
using types::AttributeType;
using types::KeySchema;

std::string text(const types::AttributeValue& value) {
    std::string out;
    types::appendJson(out, value);
    return out;
}

std::string text(const Path& path) {
    std::string out;
    for (const PathElement& element : path.elements) {
        if (const auto* name = std::get_if<std::string>(&element)) {
            out += (out.empty() ? "" : ".") + *name;
        } else {
            out += "[" + std::to_string(std::get<std::uint32_t>(element)) + "]";
        }
    }
    return out;
}

std::string text(const Operand& operand) {
    if (const auto* path = std::get_if<Path>(&operand)) return text(*path);
    if (const auto* value = std::get_if<SharedValue>(&operand)) return text(**value);
    const auto& of = std::get<SizeOf>(operand).argument;
    if (const auto* path = std::get_if<Path>(&of)) return "size(" + text(*path) + ")";
    return "size(" + text(*std::get<SharedValue>(of)) + ")";
}

std::string text(const Condition& condition);
std::string text(const UpdateValue& value);
std::string text(const UpdateStep& step);

template <typename Parts>
std::string joined(const Parts& parts, const std::string& separator) {
    std::string out;
    for (const auto& part : parts)
        out += (out.empty() ? "" : separator) + text(part);
    return out;
}

std::string text(const Condition& condition) {
    static constexpr const char* kComparators[] = {"=", "<>", "<", "<=", ">", ">="};
    static constexpr const char* kFunctions[] = {"attribute_exists", "attribute_not_exists",
                                                 "attribute_type", "begins_with", "contains"};
    return std::visit(
        Overloaded{
            [](const Comparison& node) {
                return text(node.left) + " " + kComparators[static_cast<int>(node.comparator)] +
                       " " + text(node.right);
            },
            [](const Between& node) {
                return text(node.value) + " between " + text(node.lower) + " and " +
                       text(node.upper);
            },
            [](const In& node) {
                return text(node.value) + " in [" + joined(node.candidates, ", ") + "]";
            },
            [](const FunctionCall& node) {
                return kFunctions[static_cast<int>(node.function)] + std::string("(") +
                       joined(node.arguments, ", ") + ")";
            },
            [](const And& node) { return "(" + joined(node.conditions, " and ") + ")"; },
            [](const Or& node) { return "(" + joined(node.conditions, " or ") + ")"; },
            [](const Not& node) { return "not " + text(node.condition.front()); },
        },
        condition.node);
}

std::string text(const UpdateValue& value) {
    if (const auto* path = std::get_if<Path>(&value)) return text(*path);
    if (const auto* literal = std::get_if<SharedValue>(&value)) return text(**literal);
    static constexpr const char* kFunctions[] = {"plus", "minus", "if_not_exists", "list_append"};
    const auto& call = std::get<UpdateCall>(value);
    return kFunctions[static_cast<int>(call.function)] + std::string("(") +
           joined(call.arguments, ", ") + ")";
}

std::string text(const UpdateStep& step) {
    switch (step.action) {
        case expression::UpdateAction::Set:
            return "  set " + text(step.path) + " = " + text(step.value) + "\n";
        case expression::UpdateAction::Remove:
            return "  remove " + text(step.path) + "\n";
        case expression::UpdateAction::Add:
            return "  add " + text(step.path) + " " + text(step.value) + "\n";
        default:
            return "  delete " + text(step.path) + " " + text(step.value) + "\n";
    }
}

std::string whereText(const std::optional<Condition>& where) {
    return where ? "  where " + text(*where) + "\n" : "";
}

std::string returningText(partiql::Returning returning) {
    static constexpr const char* kTexts[] = {"", "all old", "all new", "modified old",
                                             "modified new"};
    if (returning == partiql::Returning::Nothing) return "";
    return std::string("  returning ") + kTexts[static_cast<int>(returning)] + "\n";
}

const KeySchema& schema() {
    static const KeySchema schema{{"pk", AttributeType::String}, {{"sk", AttributeType::String}}};
    return schema;
}

std::string planText(const partiql::Select& select) {
    const auto plan = partiql::planReads(select, schema(), KeySpaceId(1));
    if (!plan) return "  " + plan.error().message + "\n";
    std::string out = plan->keyed ? "  reads" : "  scans";
    if (plan->keyed)
        for (const partiql::PlannedRead& read : plan->reads) {
            out += " " + text(read.partition);
            if (!read.filtered.empty()) {
                out += " by";
                for (const std::string& name : read.filtered)
                    out += " " + name;
            }
        }
    return out + (plan->forward ? "\n" : " backwards\n");
}

std::string selectText(const partiql::Select& select) {
    std::string out = "select from " + select.table;
    if (!select.index.empty()) out += " index " + select.index;
    out += "\n";
    for (const partiql::Column& column : select.columns)
        out += "  " + column.name + ": " + text(column.path) + "\n";
    out += whereText(select.where);
    for (const partiql::OrderTerm& term : select.order)
        out += "  order by " + term.attribute + (term.descending ? " desc\n" : "\n");
    return out + planText(select);
}

std::string keyText(const std::optional<Condition>& where) {
    const auto named = partiql::itemToWrite(where, schema());
    if (!named) return "  " + named.error().message + "\n";
    std::string out;
    types::appendJson(out, named->key);
    return "  key " + out + "\n";
}

}  // namespace

std::string statementText(const partiql::Statement& statement) {
    return std::visit(
        Overloaded{
            [](const partiql::Select& select) { return selectText(select); },
            [](const partiql::Exists& exists) { return "exists " + selectText(exists.select); },
            [](const partiql::Insert& insert) {
                std::string item;
                types::appendJson(item, insert.item);
                return "insert into " + insert.table + "\n  " + item + "\n";
            },
            [](const partiql::Update& update) {
                return "update " + update.table + "\n" + joined(update.update.steps, "") +
                       whereText(update.where) + keyText(update.where) +
                       returningText(update.returning);
            },
            [](const partiql::Delete& deletion) {
                return "delete from " + deletion.table + "\n" + whereText(deletion.where) +
                       keyText(deletion.where) + returningText(deletion.returning);
            },
        },
        statement);
}

}  // namespace orrery::test
