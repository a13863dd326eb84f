#include "core/api/fis/fis_catalog.h"

#include "core/api/fis/template_definition.h"
#include "core/base/account_id.h"

namespace orrery::api {

void writePauseAction(const cluster::Caller& caller, Details details, json::Writer& out) {
    out.beginObject().name("id").string(kPauseAction);
    out.name("arn").string("arn:aws:fis:" + caller.regionName + ":" +
                           std::string(accountDigits(caller.accountId)) + ":action/" +
                           std::string(kPauseAction));
    out.name("description")
        .string(
            "Pauses the replication of the target DynamoDB global tables between their Region "
            "and all others.");
    if (details == Details::All) {
        out.name("parameters").beginObject().name("duration").beginObject();
        out.name("description").string("The duration of the action (ISO 8601 duration).");
        out.name("required").boolean(true).endObject().endObject();
    }
    out.name("targets").beginObject().name(kPauseTargets).beginObject();
    out.name("resourceType").string(kPauseType).endObject().endObject();
    out.name("tags").beginObject().endObject().endObject();
}

void writePauseType(Details details, json::Writer& out) {
    out.beginObject().name("resourceType").string(kPauseType);
    out.name("description").string("Represents an Amazon DynamoDB global table.");
    if (details == Details::All) out.name("parameters").beginObject().endObject();
    out.endObject();
}

}  // namespace orrery::api
