#include "core/api/fis/experiment_json.h"

#include <algorithm>
#include <boost/json.hpp>

#include "core/api/decode/fields.h"
#include "core/api/fis/fis_resources.h"
#include "core/base/check.h"

namespace orrery::api {
namespace {

using cluster::Experiment;
using cluster::ExperimentAction;
using cluster::ExperimentStatus;
using cluster::ExperimentTemplate;

/// The texts of a status: its name, the reason in an experiment, and that in an action (examples of
/// the AWS CLI's manual).
struct StatusTexts {
    std::string_view name;
    std::string_view experiment;
    std::string_view action;
};

StatusTexts textsOf(ExperimentStatus status) {
    switch (status) {
        case ExperimentStatus::Pending:
            return {"pending", "Experiment is pending.", "Initial state"};
        case ExperimentStatus::Initiating:
            return {"initiating", "Experiment is initiating.", "Initial state"};
        case ExperimentStatus::Running:
            return {"running", "Experiment is running.", "Action is running."};
        case ExperimentStatus::Completed:
            return {"completed", "Experiment completed.", "Action was completed."};
        case ExperimentStatus::Stopping:
            return {"stopping", "Stopping Experiment.", "Stopping action."};
        case ExperimentStatus::Stopped:
            return {"stopped", "Experiment stopped.", "Action was stopped."};
        case ExperimentStatus::Failed:
            return {"failed", "Experiment failed.", "Action failed."};
    }
    CHECK(false);
}

ExperimentStatus shownStatus(ExperimentStatus status, ShownAs shown) {
    const bool isUnderWay =
        status == ExperimentStatus::Running || status == ExperimentStatus::Completed;
    if (shown == ShownAs::AsBegun && isUnderWay) return ExperimentStatus::Initiating;
    if (shown == ShownAs::AsStopping && status == ExperimentStatus::Stopped)
        return ExperimentStatus::Stopping;
    return status;
}

/// Seconds with milliseconds, as the service writes them.
double secondsOf(CalendarTime time) {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.sinceEpoch());
    return static_cast<double>(milliseconds.count()) / 1000.0;
}

CalendarTime calendarOf(const Experiment& experiment, Instant at) {
    return CalendarTime(experiment.createdAt.sinceEpoch() + (at - experiment.begunAt));
}

json::Object definitionIn(const std::string& text) {
    auto json = json::parse(text);
    if (!json || !json->is_object()) return {};
    return std::move(json->get_object());
}

void writeState(ExperimentStatus status, std::string_view reason, json::Writer& out) {
    out.name("state").beginObject().name("status").string(textsOf(status).name);
    out.name("reason").string(reason).endObject();
}

void writeState(const Experiment& experiment, Instant now, ShownAs shown, json::Writer& out) {
    const ExperimentStatus status = shownStatus(statusOf(experiment, now), shown);
    const bool hasReason =
        status == ExperimentStatus::Failed || status == ExperimentStatus::Stopped;
    writeState(status, hasReason ? std::string_view(experiment.reason) : textsOf(status).experiment,
               out);
}

void writeAction(const Experiment& experiment, const ExperimentAction& action, Instant now,
                 ShownAs shown, const json::Object& definition, json::Writer& out) {
    out.name(action.name).beginObject();
    for (const auto& [name, value] : definition)
        out.name(name).raw(jsonText(value));
    const bool isSkipped =
        action.duration == Duration::zero() && experiment.end == cluster::ExperimentEnd::None;
    if (isSkipped) {
        out.name("state").beginObject().name("status").string("skipped");
        out.name("reason").string("Action was skipped.").endObject();
        out.endObject();
        return;
    }
    const ExperimentStatus status = shownStatus(statusOf(experiment, action, now), shown);
    const bool hasBegun = status != ExperimentStatus::Pending &&
                          status != ExperimentStatus::Initiating &&
                          status != ExperimentStatus::Failed;
    // An action that has not begun is pending, also while the experiment initiates.
    const bool waits = status == ExperimentStatus::Initiating;
    writeState(waits ? ExperimentStatus::Pending : status, textsOf(status).action, out);
    if (hasBegun)
        out.name("startTime").number(secondsOf(calendarOf(experiment, runsAt(experiment))));
    if (hasBegun && !isActive(status))
        out.name("endTime").number(secondsOf(calendarOf(experiment, endOf(experiment, action))));
    out.endObject();
}

void writeActions(const Experiment& experiment, Instant now, ShownAs shown,
                  const json::Value& definitions, json::Writer& out) {
    out.name("actions").beginObject();
    for (const ExperimentAction& action : experiment.actions) {
        const json::Value* definition = definitions.get_object().if_contains(action.name);
        if (definition == nullptr) continue;
        writeAction(experiment, action, now, shown, definition->get_object(), out);
    }
    out.endObject();
}

void writeTimes(const ExperimentTemplate& experimentTemplate, json::Writer& out) {
    out.name("creationTime").number(secondsOf(experimentTemplate.createdAt));
    out.name("lastUpdateTime").number(secondsOf(experimentTemplate.updatedAt));
}

}  // namespace

void writeTags(const std::vector<cluster::Tag>& tags, json::Writer& out) {
    out.beginObject();
    for (const cluster::Tag& tag : tags)
        out.name(tag.key).string(tag.value);
    out.endObject();
}

void writeTemplate(const ExperimentTemplate& experimentTemplate, json::Writer& out) {
    out.beginObject().name("id").string(experimentTemplate.id);
    out.name("arn").string(arnOf(experimentTemplate));
    for (const auto& [name, value] : definitionIn(experimentTemplate.definition))
        out.name(name).raw(jsonText(value));
    writeTimes(experimentTemplate, out);
    writeTags(experimentTemplate.tags, out.name("tags"));
    out.name("targetAccountConfigurationsCount").number(std::int64_t{0}).endObject();
}

void writeSummary(const ExperimentTemplate& experimentTemplate, json::Writer& out) {
    out.beginObject().name("id").string(experimentTemplate.id);
    out.name("arn").string(arnOf(experimentTemplate));
    const json::Object definition = definitionIn(experimentTemplate.definition);
    out.name("description").string(Fields(definition).text("description"));
    writeTimes(experimentTemplate, out);
    writeTags(experimentTemplate.tags, out.name("tags"));
    out.endObject();
}

void writeExperiment(const Experiment& experiment, Instant now, ShownAs shown, json::Writer& out) {
    out.beginObject().name("id").string(experiment.id).name("arn").string(arnOf(experiment));
    out.name("experimentTemplateId").string(experiment.templateId);
    writeState(experiment, now, shown, out);
    for (const auto& [name, value] : definitionIn(experiment.definition)) {
        if (name == "actions") {
            writeActions(experiment, now, shown, value, out);
        } else if (name != "description") {
            out.name(name).raw(jsonText(value));
        }
    }
    out.name("creationTime").number(secondsOf(experiment.createdAt));
    out.name("startTime").number(secondsOf(experiment.createdAt));
    if (!isActive(shownStatus(statusOf(experiment, now), shown)))
        out.name("endTime").number(secondsOf(calendarOf(experiment, endOf(experiment))));
    writeTags(experiment.tags, out.name("tags"));
    out.name("targetAccountConfigurationsCount").number(std::int64_t{0}).endObject();
}

void writeSummary(const Experiment& experiment, Instant now, json::Writer& out) {
    out.beginObject().name("id").string(experiment.id).name("arn").string(arnOf(experiment));
    out.name("experimentTemplateId").string(experiment.templateId);
    writeState(experiment, now, ShownAs::Now, out);
    out.name("creationTime").number(secondsOf(experiment.createdAt));
    writeTags(experiment.tags, out.name("tags"));
    const json::Object definition = definitionIn(experiment.definition);
    if (const json::Value* options = definition.if_contains("experimentOptions"))
        out.name("experimentOptions").raw(jsonText(*options));
    out.endObject();
}

}  // namespace orrery::api
