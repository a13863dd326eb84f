#include "widgets/base/format.h"

#include <QDateTime>
#include <QLocale>
#include <QTimeZone>
#include <cmath>

#include "core/base/account_id.h"

namespace orrery::widgets {
namespace {

const QLocale& locale() {
    static const QLocale english(QLocale::English, QLocale::UnitedStates);
    return english;
}

/// Three significant digits, without zeros at the end.
QString shortNumber(double value) {
    const int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    QString text = QString::number(value, 'f', decimals);
    if (text.contains(u'.')) {
        while (text.endsWith(u'0'))
            text.chop(1);
        if (text.endsWith(u'.')) text.chop(1);
    }
    return text;
}

}  // namespace

QString countText(std::int64_t count) {
    return locale().toString(static_cast<qlonglong>(count));
}

QString countText(std::int64_t count, const char* one, const char* many) {
    return countText(count) + u' ' + QLatin1String(count == 1 ? one : many);
}

QString bytesText(std::int64_t bytes) {
    if (bytes < 1024) return countText(bytes) + QStringLiteral(" B");
    double value = static_cast<double>(bytes) / 1024;
    const char* const units[] = {" KB", " MB", " GB", " TB"};
    int unit = 0;
    while (value >= 1024 && unit < 3) {
        value /= 1024;
        ++unit;
    }
    return shortNumber(value) + QLatin1String(units[unit]);
}

QString durationText(Duration duration) {
    const double nanoseconds = static_cast<double>(duration.count());
    if (nanoseconds == 0) return QStringLiteral("0 ms");
    if (nanoseconds < 1e6) return shortNumber(nanoseconds / 1e3) + QStringLiteral(" µs");
    if (nanoseconds < 1e9) return shortNumber(nanoseconds / 1e6) + QStringLiteral(" ms");
    if (nanoseconds < 60e9) return shortNumber(nanoseconds / 1e9) + QStringLiteral(" s");
    const auto seconds = static_cast<std::int64_t>(nanoseconds / 1e9);
    if (seconds < 3600) return QStringLiteral("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
    if (seconds < 86400)
        return QStringLiteral("%1 h %2 min").arg(seconds / 3600).arg(seconds / 60 % 60);
    return QStringLiteral("%1 d %2 h").arg(seconds / 86400).arg(seconds / 3600 % 24);
}

QString rateText(double rate) {
    return rate < 10 ? shortNumber(rate) : countText(std::llround(rate));
}

QString percentText(double part) {
    return QString::number(part * 100, 'f', 1) + QStringLiteral(" %");
}

QString instantText(Instant at) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.sinceStart()).count();
    const QString time = QStringLiteral("%1:%2:%3.%4")
                             .arg(ms / 3'600'000 % 24, 2, 10, QLatin1Char('0'))
                             .arg(ms / 60'000 % 60, 2, 10, QLatin1Char('0'))
                             .arg(ms / 1000 % 60, 2, 10, QLatin1Char('0'))
                             .arg(ms % 1000, 3, 10, QLatin1Char('0'));
    const auto days = ms / 86'400'000;
    return days == 0 ? time : QStringLiteral("%1 d %2").arg(days).arg(time);
}

QString calendarText(CalendarTime at) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.sinceEpoch()).count();
    return QDateTime::fromMSecsSinceEpoch(ms, QTimeZone::utc())
        .toString(QStringLiteral("yyyy-MM-dd HH:mm:ss 'UTC'"));
}

QString clockText(Duration offset) {
    if (offset == Duration::zero()) return QStringLiteral("as the world's");
    return offset > Duration::zero() ? QStringLiteral("%1 ahead").arg(durationText(offset))
                                     : QStringLiteral("%1 behind").arg(durationText(-offset));
}

QString speedText(double speed) {
    return QString::number(speed, 'g', 3) + QStringLiteral("×");
}

QString behindText(std::uint64_t records, Duration behind) {
    if (records == 0) return QStringLiteral("even with the leader");
    return countText(static_cast<std::int64_t>(records), "record", "records") +
           QStringLiteral(", ") + durationText(behind) + QStringLiteral(" behind");
}

QString jobText(const observe::JobView& job) {
    const observe::JobSpec& spec = observe::specOf(job.kind);
    const auto text = [](std::string_view view) {
        return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
    };
    QString hold;
    if (job.isStopped)
        hold = QStringLiteral(", stopped by corrupt data");
    else if (job.waitsForRoom)
        hold = QStringLiteral(", waiting for room on the disk");
    return QStringLiteral("%1 %2: %3 of %4 %5%6")
        .arg(text(spec.shown), text(job.subject), countText(static_cast<std::int64_t>(job.done)),
             countText(static_cast<std::int64_t>(job.total)), text(spec.unit), hold);
}

QString roleText(observe::Role role) {
    const std::string_view name = observe::roleName(role);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

QString tableText(const QString& name, const QString& accountId) {
    const std::string id = accountId.toStdString();
    const QString digits = toQString(std::string(accountDigits(id)));
    const QString nameSpace = toQString(std::string(namespaceOf(id)));
    const bool isShared = id.empty() || accountDigits(id) == kSharedAccount;
    if (isShared && nameSpace.isEmpty()) return name;
    if (isShared) return QStringLiteral("%1 (namespace %2)").arg(name, nameSpace);
    if (nameSpace.isEmpty()) return QStringLiteral("%1 (account %2)").arg(name, digits);
    return QStringLiteral("%1 (account %2, namespace %3)").arg(name, digits, nameSpace);
}

QString accountOf(const observe::TableView& table) {
    return table.accountId == kSharedAccount ? QString() : toQString(table.accountId);
}

}  // namespace orrery::widgets
