#pragma once

#include <QCoreApplication>
#include <QSettings>
#include <QStandardPaths>
#include <QString>

namespace orrery::test {

/// Gives this process empty settings of its own, so that a test neither sees nor changes a
/// person's.
inline void useOwnSettings(const char* name) {
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("orrery-tests"));
    QCoreApplication::setApplicationName(QString::fromLatin1(name) + u'-' +
                                         QString::number(QCoreApplication::applicationPid()));
    QSettings().clear();
}

}  // namespace orrery::test
