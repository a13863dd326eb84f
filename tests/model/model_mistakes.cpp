#include "tests/model/model_run.h"

// The mistakes that are planted between a run and its world.

namespace orrery::test::model {
namespace {

bool onlyRemoves(const boost::json::object& body) {
    const auto* update = body.if_contains("UpdateExpression");
    if (update == nullptr) return false;
    const std::string_view text = update->as_string();
    return text.starts_with("REMOVE") && !text.contains("SET") && !text.contains("ADD");
}

}  // namespace

std::optional<ModelRun::Answer> ModelRun::ask(std::string_view operation,
                                              const boost::json::object& body) {
    auto answer = send(operation, body);
    if (m_mistake == Mistake::None || !answer) return answer;
    const std::string request = m_request;
    const bool isDone = answer->status == 200;
    if (m_mistake == Mistake::RemovalMakesItem && isDone && onlyRemoves(body)) {
        send("PutItem", {{"TableName", body.at("TableName")},
                         {"Item", body.at("Key")},
                         {"ConditionExpression", "attribute_not_exists(pk)"}});
    }
    const bool isUnmet = answer->error() == "ConditionalCheckFailedException";
    if (m_mistake == Mistake::DeletesAnyway && isUnmet && operation == "DeleteItem") {
        answer = send(operation, {{"TableName", body.at("TableName")},
                                  {"Key", body.at("Key")},
                                  {"ReturnConsumedCapacity", "TOTAL"}});
    }
    if (m_mistake == Mistake::PageEndsEarly && operation == "Query")
        answer->body.erase("LastEvaluatedKey");
    if (m_mistake == Mistake::CountsFiltered && isDone && body.contains("FilterExpression"))
        answer->body["ScannedCount"] = answer->body.at("Count");
    const auto* returned = body.if_contains("ReturnValues");
    if (m_mistake == Mistake::HidesValues && returned != nullptr && *returned == "UPDATED_NEW")
        answer->body.erase("Attributes");
    m_request = request;
    return answer;
}

}  // namespace orrery::test::model
