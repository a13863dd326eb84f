#pragma once

#include <map>
#include <string>

#include "tests/model/updates.h"

namespace orrery::test::model {

/// Writes conditions and updates as text. How a path and a value are written, the kinds of text
/// decide.
class RequestText {
public:
    explicit RequestText(Prng& prng) : m_prng(prng) {}
    virtual ~RequestText() = default;

    std::string condition(const Condition& condition);
    virtual std::string path(const Path& path) = 0;
    virtual std::string value(const Value& value) = 0;

protected:
    /// What a SET assigns.
    std::string assigned(const Change& change);
    std::string pathWith(const Path& path, const std::vector<std::string>& names) const;

    Prng& m_prng;

private:
    std::string operand(const Operand& operand);
    std::string call(std::string_view function, const Condition& condition);
    std::string joined(const Condition& condition, std::string_view word);
};

/// Expressions with their names and values: ":v0", "#n0".
class ExpressionText : public RequestText {
public:
    using RequestText::RequestText;

    std::string path(const Path& path) override;
    std::string value(const Value& value) override;
    std::string update(const Changes& update);
    std::string projection(const std::vector<Path>& paths);
    /// Adds the members for the names and values used so far, if there are any.
    void addTo(boost::json::object& body) const;

private:
    std::string name(const std::string& name);

    std::map<std::string, std::string> m_names;  ///< By the name that they stand for.
    boost::json::object m_values;
};

/// PartiQL with parameters for some values.
class StatementText : public RequestText {
public:
    using RequestText::RequestText;

    std::string path(const Path& path) override;
    /// A literal, or "?" and a parameter. To be called in the order of the text.
    std::string value(const Value& value) override;
    /// An item of such values.
    std::string tuple(const Attributes& item);
    /// "SET a = 1 REMOVE b"; for updates of which each action has a form in PartiQL.
    std::string update(const Changes& update);
    static std::string quoted(std::string_view name);
    const boost::json::array& parameters() const { return m_parameters; }

private:
    std::string literal(const Value& value);

    boost::json::array m_parameters;
};

/// The members of Expected, QueryFilter and so on; for conditions that have this form: comparisons
/// of different attributes with values, all joined in the same way.
boost::json::object legacyConditions(Prng& prng, const Condition& condition);
/// Adds the operator that joins them, where one may be given.
void addOperator(boost::json::object& body, const Condition& condition);
/// AttributeUpdates, for updates of whole attributes by Set, Remove, Add and Delete.
boost::json::object legacyUpdates(Prng& prng, const Changes& update);

}  // namespace orrery::test::model
