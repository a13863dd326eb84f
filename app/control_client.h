#pragma once

#include <QObject>
#include <QString>
#include <QStringList>

#include "app/backend.h"
#include "core/observe/fault_spec.h"
#include "widgets/global/region_fault.h"

namespace orrery::app {

/// Sends the window's changes of faults, clock and profile through the control API. Emits `refused`
/// when the engine refuses one.
class ControlClient : public QObject {
    Q_OBJECT
public:
    /// The backend must outlive the client.
    explicit ControlClient(Backend* backend, QObject* parent = nullptr);

    /// `seconds` 0: until healed.
    void failZone(const QString& zone, int seconds);
    void cutLink(const QString& zoneA, const QString& zoneB, int seconds);
    void beginFault(const widgets::RegionFault& fault);
    void heal(std::uint64_t fault);
    void healAll();
    void setRunning(bool running);
    void setSpeed(double speed);
    void runAtNormalSpeed();
    /// To the next event of this kind: see POST /clock/step; empty: one event of any kind.
    void step(const QString& to);
    void setProfile(const QString& name);
    /// How far the clock of a Region is ahead of the world's; negative if it is behind.
    void setClockOffset(const QString& region, int milliseconds);

signals:
    /// The event to which a step has gone, as in the trace.
    void stepped(const QJsonObject& event);
    void refused(const QString& text);
    /// The engine answered, so a new snapshot may differ.
    void done();

private:
    void sendFault(observe::FaultKind kind, const QStringList& zones, int seconds);
    void send(std::string_view method, const std::string& target, const QJsonObject& body);

    Backend* m_backend;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

}  // namespace orrery::app
