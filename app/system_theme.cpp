#include "app/system_theme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QGuiApplication>
#include <QPalette>

namespace orrery::app {

constexpr int kPortalMs = 200;

bool systemIsDark() {
    const QPalette palette = QGuiApplication::palette();
    const bool platformIsDark = palette.color(QPalette::Window).lightness() <
                                palette.color(QPalette::WindowText).lightness();
    const QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return platformIsDark;
    QDBusMessage ask = QDBusMessage::createMethodCall(
        QStringLiteral("org.freedesktop.portal.Desktop"),
        QStringLiteral("/org/freedesktop/portal/desktop"),
        QStringLiteral("org.freedesktop.portal.Settings"), QStringLiteral("Read"));
    ask << QStringLiteral("org.freedesktop.appearance") << QStringLiteral("color-scheme");
    const QDBusMessage reply = bus.call(ask, QDBus::Block, kPortalMs);
    if (reply.type() != QDBusMessage::ReplyMessage || reply.arguments().isEmpty())
        return platformIsDark;
    // A variant in a variant: 0 no preference, 1 dark, 2 light.
    QVariant value = reply.arguments().constFirst();
    while (value.canConvert<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    const uint preference = value.toUInt();
    return preference == 0 ? platformIsDark : preference == 1;
}

}  // namespace orrery::app
