#include "app/control_client.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "app/looks.h"

namespace orrery::app {
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
        emit done();
    });
}

void ControlClient::sendFault(observe::FaultKind kind, const QStringList& zones, int seconds) {
    const observe::FaultSpec& spec = observe::specOf(kind);
    const auto name = QString::fromUtf8(spec.name.data(), qsizetype(spec.name.size()));
    QJsonObject fault{{QStringLiteral("kind"), name}};
    if (spec.zoneCount == 1) {
        fault[QLatin1String("zone")] = zones.front();
    } else {
        fault[QLatin1String("zones")] = QJsonArray::fromStringList(zones);
    }
    if (seconds > 0) fault[QLatin1String("duration")] = QStringLiteral("%1s").arg(seconds);
    send("POST", "/faults", fault);
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

void ControlClient::step() {
    send("POST", "/clock/step", {});
}

void ControlClient::setProfile(const QString& name) {
    send("PUT", "/profile", {{QStringLiteral("name"), name}});
}

}  // namespace orrery::app
