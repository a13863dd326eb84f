#include "tests/live/daemon.h"

namespace orrery::live {
namespace {

constexpr int kPatienceMs = 20'000;
const QByteArray kReady = "listening on http://127.0.0.1:";

std::optional<int> codeOf(const QProcess& process) {
    if (process.state() != QProcess::NotRunning) return {};
    if (process.exitStatus() != QProcess::NormalExit) return {};
    return process.exitCode();
}

}  // namespace

Daemon::Daemon(const QStringList& arguments, const std::function<void()>& before,
               const std::optional<QStringList>& environment) {
    if (before) m_process.setChildProcessModifier(before);
    if (environment) m_process.setEnvironment(*environment);
    m_process.start(ORRERYD, QStringList{"--port", "0"} + arguments);
    QByteArray line;
    while (!line.startsWith(kReady)) {
        if (!m_process.canReadLine() && !m_process.waitForReadyRead(kPatienceMs)) return;
        line = m_process.readLine();
    }
    m_port = line.mid(kReady.size()).trimmed().toUShort();
}

Daemon::~Daemon() {
    kill();
}

void Daemon::kill() {
    m_process.kill();
    m_process.waitForFinished(kPatienceMs);
}

std::optional<int> Daemon::terminate() {
    m_process.terminate();
    m_process.waitForFinished(kPatienceMs);
    return codeOf(m_process);
}

QString Daemon::errors() {
    return QString::fromUtf8(m_process.readAllStandardError());
}

Ended runDaemon(const QStringList& arguments) {
    QProcess process;
    process.start(ORRERYD, arguments);
    process.waitForFinished(kPatienceMs);
    Ended ended{codeOf(process), QString::fromUtf8(process.readAllStandardError())};
    process.kill();
    process.waitForFinished(kPatienceMs);
    return ended;
}

}  // namespace orrery::live
