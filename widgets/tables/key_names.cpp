#include "widgets/tables/key_names.h"

#include <QRegularExpression>

namespace orrery::widgets {

QStringList keyNamesOf(const QString& keys) {
    static const QRegularExpression one(QStringLiteral(R"((.+?) \([SNB]\)(?:, |$))"));
    QStringList names;
    auto matches = one.globalMatch(keys);
    while (matches.hasNext())
        names << matches.next().captured(1);
    return names;
}

QJsonObject emptyKeyOf(const QString& keys) {
    static const QRegularExpression one(QStringLiteral(R"((.+?) \(([SNB])\)(?:, |$))"));
    QJsonObject key;
    auto matches = one.globalMatch(keys);
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        const QString empty = match.captured(2) == u"N" ? QStringLiteral("0") : QString();
        key[match.captured(1)] = QJsonObject{{match.captured(2), empty}};
    }
    return key;
}

}  // namespace orrery::widgets
