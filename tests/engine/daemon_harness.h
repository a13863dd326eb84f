#pragma once

#include <sys/resource.h>

#include <QProcess>
#include <QString>
#include <QStringList>
#include <csignal>
#include <cstdint>

namespace orrery::test {

inline constexpr int kPatience = 30'000;

/// A running orreryd, ready for requests, for as long as this lives.
class Daemon {
public:
    /// `files` is the limit of open files, `ignored` a signal to ignore, and `addressBytes` the
    /// limit of address space; 0: none.
    explicit Daemon(const QStringList& arguments, unsigned files = 0, int ignored = 0,
                    rlim_t addressBytes = 0) {
        process.setChildProcessModifier([files, ignored, addressBytes] {
            const rlimit limit{files, files};
            if (files != 0) setrlimit(RLIMIT_NOFILE, &limit);
            const rlimit address{addressBytes, addressBytes};
            if (addressBytes != 0) setrlimit(RLIMIT_AS, &address);
            if (ignored != 0) std::signal(ignored, SIG_IGN);
        });
        process.start(ORRERYD, arguments);
        while (!line.startsWith("listening on ")) {
            if (!process.canReadLine() && !process.waitForReadyRead(kPatience)) return;
            line = QString::fromUtf8(process.readLine()).trimmed();
        }
        port = static_cast<std::uint16_t>(line.mid(line.lastIndexOf(':') + 1).toInt());
    }
    ~Daemon() {
        process.kill();
        process.waitForFinished();
    }
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    QProcess process;
    QString line;
    std::uint16_t port = 0;
};

/// The result of a run that ended by itself.
struct Ran {
    int code = -1;
    QString out;
    QString error;
};

inline Ran run(const QStringList& arguments) {
    QProcess process;
    process.start(ORRERYD, arguments);
    process.waitForFinished(kPatience);
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

}  // namespace orrery::test
