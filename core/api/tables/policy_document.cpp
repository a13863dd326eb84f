#include "core/api/tables/policy_document.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/json/json.h"

namespace orrery::api {
namespace {

/// Blanks included (API_PutResourcePolicy.html).
constexpr std::size_t kPolicyBytesMax = 20 * 1024;

// The canonical order. NotPrincipal and its siblings take the place of the member that they negate.
constexpr std::string_view kDocumentMembers[] = {"Version", "Id", "Statement"};
constexpr std::string_view kStatementMembers[] = {"Sid",          "Effect",      "Principal",
                                                  "NotPrincipal", "Action",      "NotAction",
                                                  "Resource",     "NotResource", "Condition"};

std::unexpected<ApiError> invalid(const std::string& text) {
    return std::unexpected(
        ApiError::validation("One or more parameter values were invalid: " + text));
}

std::unexpected<ApiError> invalidDocument(const std::string& text) {
    return invalid("Invalid policy document: " + text);
}

// Our own text, for errors that are not recorded or whose position is not known here.
std::unexpected<ApiError> syntaxErrors() {
    return invalidDocument("Syntax errors in policy.");
}

bool equalsIgnoringCase(std::string_view text, std::string_view lower) {
    return std::ranges::equal(text, lower, {}, [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
}

json::Array listOf(const json::Value& value) {
    if (const json::Array* list = value.if_array()) return *list;
    return {value};
}

// --- the canonical form

/// The members in this order, then those that it does not name.
json::Object inOrder(const json::Object& members, std::span<const std::string_view> order) {
    json::Object ordered;
    for (const std::string_view name : order)
        if (const json::Value* value = members.if_contains(name)) ordered.emplace(name, *value);
    for (const auto& [name, value] : members)
        ordered.emplace(name, value);  // Does nothing for a name that is there.
    return ordered;
}

/// A list of one value becomes that value, in nested objects too; no list is sorted.
json::Value unwrapped(json::Value value) {
    if (json::Array* list = value.if_array(); list != nullptr && list->size() == 1)
        return json::Value(list->front());
    if (json::Object* object = value.if_object())
        for (auto& [name, member] : *object)
            member = unwrapped(std::move(member));
    return value;
}

json::Value effectOf(const json::Value& value) {
    const auto* const text = value.if_string();
    if (text != nullptr && equalsIgnoringCase(*text, "allow")) return "Allow";
    if (text != nullptr && equalsIgnoringCase(*text, "deny")) return "Deny";
    return value;
}

/// An account id becomes the ARN of that account's root.
json::Value rootArnOf(const json::Value& principal) {
    constexpr std::size_t kAccountDigits = 12;
    const auto* const text = principal.if_string();
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (text == nullptr || text->size() != kAccountDigits || !std::ranges::all_of(*text, isDigit))
        return principal;
    return json::Value("arn:aws:iam::" + std::string(*text) + ":root");
}

/// Of principals, unlike of actions and resources, each is named once.
json::Value principalOf(const json::Value& value) {
    const json::Object* const kinds = value.if_object();
    if (kinds == nullptr) return value;
    json::Object principals;
    for (const auto& [kind, named] : *kinds) {
        json::Array distinct;
        for (const json::Value& one : listOf(named)) {
            json::Value principal = kind == "AWS" ? rootArnOf(one) : one;
            if (std::ranges::find(distinct, principal) == distinct.end())
                distinct.push_back(std::move(principal));
        }
        principals.emplace(kind, unwrapped(std::move(distinct)));
    }
    return principals;
}

json::Value statementOf(const json::Value& value) {
    const json::Object* const members = value.if_object();
    if (members == nullptr) return value;
    json::Object statement = inOrder(*members, kStatementMembers);
    for (auto& [name, member] : statement) {
        if (name == "Effect") {
            member = effectOf(member);
        } else if (name == "Principal" || name == "NotPrincipal") {
            member = principalOf(member);
        } else {
            member = unwrapped(std::move(member));
        }
    }
    return statement;
}

/// Nothing for a text that checkPolicy refuses, which an earlier version may have stored.
std::optional<json::Object> canonical(std::string_view text) {
    const auto parsed = json::parse(text);
    if (!parsed || !parsed->is_object()) return std::nullopt;
    json::Object document = inOrder(parsed->get_object(), kDocumentMembers);
    json::Value* const statements = document.if_contains("Statement");
    if (statements == nullptr) return document;
    json::Array list = listOf(*statements);
    for (json::Value& statement : list)
        statement = statementOf(statement);
    *statements = std::move(list);
    return document;
}

// --- the rules

/// "(1,3)": where the parser stands behind the text's last character.
std::string endOf(std::string_view text) {
    text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
    const auto lines = std::ranges::count(text, '\n');
    const std::size_t column = text.size() - (text.rfind('\n') + 1) + 1;
    return "(" + std::to_string(lines + 1) + "," + std::to_string(column) + ")";
}

bool has(const json::Object& statement, std::string_view member) {
    return statement.contains(member) || statement.contains("Not" + std::string(member));
}

// Effect and Resource are recorded as missing, the other two follow them.
ApiResult<void> checkStatement(const json::Value& value) {
    const json::Object* const statement = value.if_object();
    if (statement == nullptr) return syntaxErrors();
    for (const std::string_view member : {"Effect", "Principal", "Action", "Resource"})
        if (!has(*statement, member))
            return invalidDocument("Missing required field " + std::string(member));
    const json::Value* const principal = statement->if_contains("Principal");
    if (principal != nullptr && !principal->is_object() && *principal != "*") return syntaxErrors();
    return {};
}

ApiResult<void> checkIds(const json::Array& statements) {
    std::vector<json::Value> ids;
    for (const json::Value& statement : statements) {
        const json::Value* const id = statement.get_object().if_contains("Sid");
        if (id == nullptr) continue;
        if (std::ranges::find(ids, *id) != ids.end())
            return invalidDocument("The Statement Ids in the policy are not unique");
        ids.push_back(*id);
    }
    return {};
}

// A condition may narrow the access, so only a statement without one counts (developer guide,
// rbac-bpa-rbp.html).
bool allowsEveryone(const json::Object& statement) {
    if (effectOf(statement.at("Effect")) != "Allow" || statement.contains("Condition"))
        return false;
    const json::Value* principal = statement.if_contains("Principal");
    if (principal != nullptr && principal->is_object())
        principal = principal->get_object().if_contains("AWS");
    if (principal == nullptr) return false;
    const json::Array principals = listOf(*principal);
    return std::ranges::find(principals, json::Value("*")) != principals.end();
}

ApiResult<void> checkStatements(const json::Array& statements) {
    if (statements.empty())
        return invalidDocument("Could not parse the policy: Statement is empty!");
    for (const json::Value& statement : statements)
        TRY(checkStatement(statement));
    TRY(checkIds(statements));
    for (const json::Value& statement : statements) {
        if (allowsEveryone(statement.get_object()))
            return std::unexpected(ApiError::validation(
                "Resource-based policy grants unbounded access in one or more elements. Please "
                "revise the policy to ensure least-privilege form of access"));
    }
    return {};
}

}  // namespace

ApiResult<void> checkPolicy(std::string_view text) {
    if (text.size() > kPolicyBytesMax)
        return invalid("Maximum policy size of " + std::to_string(kPolicyBytesMax) +
                       " bytes exceeded");
    const auto document = json::parse(text);
    if (!document || document->is_array())
        return invalidDocument("This policy contains invalid Json");
    if (!document->is_object()) return invalidDocument("This text appears not to be a policy");
    const json::Value* const statement = document->get_object().if_contains("Statement");
    if (statement == nullptr) return invalidDocument("Syntax error at position " + endOf(text));
    return checkStatements(listOf(*statement));
}

bool isSamePolicy(std::string_view one, std::string_view other) {
    return one == other || canonical(one) == canonical(other);
}

std::string shownPolicy(std::string_view text) {
    const auto document = canonical(text);
    if (!document) return std::string(text);
    json::Object shown;
    shown.emplace("Version", "2008-10-17");
    for (const auto& [name, value] : *document)
        shown.insert_or_assign(name, value);
    return boost::json::serialize(shown);
}

}  // namespace orrery::api
