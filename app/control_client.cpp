#include "app/control_client.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "app/looks.h"

namespace orrery::app {
namespace {

void setDuration(QJsonObject& fault, int seconds) {
    if (seconds > 0) fault[QLatin1String("duration")] = QStringLiteral("%1s").arg(seconds);
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
        emit done();
    });
}

void ControlClient::failZone(const QString& zone, int seconds) {
    QJsonObject fault{{QStringLiteral("kind"), QStringLiteral("zone-outage")},
                      {QStringLiteral("zone"), zone}};
    setDuration(fault, seconds);
    send("POST", "/faults", fault);
}

void ControlClient::cutLink(const QString& zoneA, const QString& zoneB, int seconds) {
    QJsonObject fault{{QStringLiteral("kind"), QStringLiteral("link-cut")},
                      {QStringLiteral("zones"), QJsonArray{zoneA, zoneB}}};
    setDuration(fault, seconds);
    send("POST", "/faults", fault);
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
