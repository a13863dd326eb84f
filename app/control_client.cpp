#include "app/control_client.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "app/looks.h"

namespace orrery::app {
namespace {

/// The body of a request without what the fault names.
QJsonObject faultBody(const observe::FaultSpec& spec, int seconds) {
    const auto name = QString::fromUtf8(spec.name.data(), qsizetype(spec.name.size()));
    QJsonObject body{{QStringLiteral("kind"), name}};
    if (seconds > 0) body[QLatin1String("duration")] = QStringLiteral("%1s").arg(seconds);
    return body;
}

}  // namespace

ControlClient::ControlClient(Backend* backend, QObject* parent)
    : QObject(parent), m_backend(backend) {}

void ControlClient::send(std::string_view method, const std::string& target,
                         const QJsonObject& body) {
    const std::string json = body.isEmpty()
                                 ? std::string()
                                 : QJsonDocument(body).toJson(QJsonDocument::Compact).toStdString();
    const std::weak_ptr<bool> alive = m_alive;
    m_backend->control(method, target, json, [this, alive](const Backend::Answer& answer) {
        if (alive.expired()) return;
        if (!succeeded(answer)) emit refused(errorText(answer));
        const QJsonObject event =
            QJsonDocument::fromJson(QByteArray::fromStdString(answer.body))[QLatin1String("event")]
                .toObject();
        if (!event.isEmpty()) emit stepped(event);
        emit done();
    });
}

void ControlClient::sendFault(observe::FaultKind kind, const QStringList& zones, int seconds) {
    const observe::FaultSpec& spec = observe::specOf(kind);
    QJsonObject fault = faultBody(spec, seconds);
    if (spec.zoneCount == 1) {
        fault[QLatin1String("zone")] = zones.front();
    } else {
        fault[QLatin1String("zones")] = QJsonArray::fromStringList(zones);
    }
    send("POST", "/faults", fault);
}

void ControlClient::beginFault(const widgets::RegionFault& fault) {
    QJsonObject body = faultBody(observe::specOf(fault.kind), fault.seconds);
    if (fault.regions.size() == 1)
        body[QLatin1String("region")] = fault.regions.front();
    else
        body[QLatin1String("regions")] = QJsonArray::fromStringList(fault.regions);
    if (fault.oneWay) body[QLatin1String("oneWay")] = true;
    if (fault.delayMs > 0) body[QLatin1String("delay")] = QStringLiteral("%1ms").arg(fault.delayMs);
    send("POST", "/faults", body);
}

void ControlClient::failZone(const QString& zone, int seconds) {
    sendFault(observe::FaultKind::ZoneOutage, {zone}, seconds);
}

void ControlClient::cutLink(const QString& zoneA, const QString& zoneB, int seconds) {
    sendFault(observe::FaultKind::LinkCut, {zoneA, zoneB}, seconds);
}

void ControlClient::heal(std::uint64_t fault) {
    send("DELETE", "/faults/" + std::to_string(fault), {});
}

void ControlClient::healAll() {
    send("DELETE", "/faults", {});
}

void ControlClient::setRunning(bool running) {
    send("PUT", "/clock",
         {{QStringLiteral("state"),
           running ? QStringLiteral("running") : QStringLiteral("paused")}});
}

void ControlClient::setSpeed(double speed) {
    send("PUT", "/clock", {{QStringLiteral("speed"), speed}});
}

void ControlClient::runAtNormalSpeed() {
    send("PUT", "/clock",
         {{QStringLiteral("state"), QStringLiteral("running")}, {QStringLiteral("speed"), 1.0}});
}

void ControlClient::step(const QString& to) {
    if (to.isEmpty()) return send("POST", "/clock/step", {});
    send("POST", "/clock/step", {{QStringLiteral("to"), to}});
}

void ControlClient::setClockOffset(const QString& region, int milliseconds) {
    send("PUT", "/regions",
         {{QStringLiteral("region"), region},
          {QStringLiteral("clockOffset"), QStringLiteral("%1ms").arg(milliseconds)}});
}

void ControlClient::setProfile(const QString& name) {
    send("PUT", "/profile", {{QStringLiteral("name"), name}});
}

}  // namespace orrery::app
