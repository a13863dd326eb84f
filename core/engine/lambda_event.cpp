#include "core/engine/lambda_event.h"

#include <boost/json.hpp>

namespace orrery::engine {

// The names differ from the API's in one place: those of the identity begin with a small letter.
std::string lambdaEvent(std::string_view streamArn, const json::Array& records) {
    json::Array made;
    for (const json::Value& record : records) {
        json::Object event = record.as_object();
        if (const json::Value* identity = event.if_contains("userIdentity")) {
            const json::Object& api = identity->as_object();
            const json::Object names{{"principalId", api.at("PrincipalId")},
                                     {"type", api.at("Type")}};
            event["userIdentity"] = names;
        }
        event["eventSourceARN"] = streamArn;
        made.push_back(std::move(event));
    }
    return boost::json::serialize(json::Object{{"Records", std::move(made)}});
}

}  // namespace orrery::engine
