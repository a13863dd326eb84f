// GET /jobs, DELETE /jobs/ID.

#include "core/control/arguments.h"
#include "core/control/verbs.h"
#include "core/control/views.h"

namespace orrery::control {

Response getJobs(const Call& call) {
    Response response;
    json::Writer out(response.body);
    out.beginObject().name("jobs");
    writeJobs(out, call.world.jobs());
    out.endObject();
    return response;
}

Response deleteJob(const Call& call) {
    const auto id = parseCount(call.rest);
    if (!id) return errorResponse(404, "There is no job " + std::string(call.rest) + ".");
    for (const observe::JobView& job : call.world.jobs()) {
        if (job.id != *id) continue;
        const auto cancelled = call.world.admit(cluster::CancelJob{cluster::JobId(*id)});
        if (!cancelled) return errorResponse(409, cancelled.error());
        return getJobs(call);
    }
    return errorResponse(404, "There is no job " + std::to_string(*id) + ".");
}

}  // namespace orrery::control
