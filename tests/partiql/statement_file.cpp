#include "tests/partiql/statement_file.h"

#include <boost/json.hpp>
#include <memory>

#include "core/json/json.h"
#include "core/partiql/statement.h"
#include "core/types/wire_codec.h"
#include "tests/partiql/statement_text.h"

namespace orrery::test {

std::vector<StatementCase> statementCases(std::string_view text) {
    std::vector<StatementCase> cases;
    enum class In { Head, Statement, Outcome } in = In::Head;
    StatementCase one;
    const auto finish = [&] {
        if (in == In::Outcome) cases.push_back(std::exchange(one, {}));
        in = In::Head;
    };
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() && in != In::Statement) {
            finish();
            one.comments += "\n";
        } else if (in == In::Head && line.starts_with('#')) {
            one.comments += line + "\n";
        } else if (line == "----") {
            in = In::Outcome;
        } else if (in == In::Outcome) {
            one.expected += line + "\n";
        } else if (line.starts_with("parameters ")) {
            one.parameters = line.substr(sizeof("parameters"));
        } else {
            one.statement += (in == In::Head ? "" : "\n") + line;
            in = In::Statement;
        }
    }
    finish();
    return cases;
}

std::string outcomeOf(const StatementCase& one) {
    std::vector<expression::SharedValue> parameters;
    if (!one.parameters.empty()) {
        const auto json = json::parse(one.parameters);
        if (!json || !json->is_array()) return "the parameters are no list\n";
        for (const json::Value& value : json->get_array()) {
            auto parameter = types::valueFromJson(value);
            if (!parameter) return parameter.error().message + "\n";
            parameters.push_back(
                std::make_shared<const types::AttributeValue>(*std::move(parameter)));
        }
    }
    const auto statement = partiql::parseStatement(one.statement, parameters);
    return statement ? statementText(*statement) : statement.error().message + "\n";
}

}  // namespace orrery::test
