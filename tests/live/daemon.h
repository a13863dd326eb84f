#pragma once

#include <QProcess>
#include <QString>
#include <QStringList>
#include <cstdint>
#include <functional>
#include <optional>

namespace orrery::live {

/// An orreryd on a free port, which its destructor kills. One thread owns it; clients on other
/// threads know only its port.
class Daemon {
public:
    /// `before` runs in the new process before the program. `environment`, if given, replaces the
    /// test's own.
    explicit Daemon(const QStringList& arguments, const std::function<void()>& before = {},
                    const std::optional<QStringList>& environment = {});
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// False if it reported no port; `errors()` says why.
    bool isReady() const { return m_port != 0; }
    std::uint16_t port() const { return m_port; }
    qint64 pid() const { return m_process.processId(); }
    bool isRunning() { return m_process.state() == QProcess::Running && !finishedWithin(0); }

    /// Sends SIGKILL, and waits for the end.
    void kill();
    /// Sends SIGTERM, and waits for the end. Returns the exit code, or nothing if it crashed or did
    /// not end.
    std::optional<int> terminate();
    QString errors();

private:
    bool finishedWithin(int milliseconds) { return m_process.waitForFinished(milliseconds); }

    QProcess m_process;
    std::uint16_t m_port = 0;
};

/// The end of a daemon that should not stay.
struct Ended {
    std::optional<int> code;  ///< Nothing: it crashed, or it stayed.
    QString errors;
};
Ended runDaemon(const QStringList& arguments);

}  // namespace orrery::live
