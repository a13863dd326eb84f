#include "app/looks.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMetaObject>
#include <QThreadPool>
#include <QUrl>
#include <algorithm>
#include <cmath>

#include "core/base/account_id.h"
#include "widgets/base/format.h"

namespace orrery::app {
namespace {

/// "&name=value", percent-encoded; nothing if the value is empty.
void appendParameter(QByteArray& target, const char* name, const QString& value) {
    if (value.isEmpty()) return;
    target += target.contains('?') ? '&' : '?';
    target += name;
    target += '=';
    target += QUrl::toPercentEncoding(value);
}

/// Names the account, also the shared one, so that no table of another one is found in its place.
void appendAccount(QByteArray& target, const QString& account) {
    const std::string id = account.toStdString();
    const auto digits = id.empty() ? kSharedAccount : accountDigits(id);
    appendParameter(target, "account", QString::fromStdString(std::string(digits)));
    appendParameter(target, "namespace", QString::fromStdString(std::string(namespaceOf(id))));
}

std::uint64_t unsignedOf(const QJsonValue& value) {
    return static_cast<std::uint64_t>(std::max<qint64>(0, value.toInteger()));
}

Duration durationOf(const QJsonValue& milliseconds) {
    return Duration(std::llround(milliseconds.toDouble() * 1'000'000));
}

widgets::ConflictVersion conflictVersionOf(const QJsonObject& from) {
    widgets::ConflictVersion version;
    version.region = from[QLatin1String("region")].toString();
    version.version = from[QLatin1String("version")].toString();
    version.committedAt = from[QLatin1String("committedAt")].toString();
    version.clockOffset = durationOf(from[QLatin1String("clockOffsetMs")]);
    if (from[QLatin1String("item")].isObject())
        version.item = from[QLatin1String("item")].toObject();
    version.isTooLarge = from[QLatin1String("isTooLarge")].toBool();
    return version;
}

widgets::ListedConflict conflictOf(const QJsonObject& from) {
    widgets::ListedConflict conflict;
    conflict.id = from[QLatin1String("id")].toString();
    conflict.key = from[QLatin1String("key")].toObject();
    conflict.lostWrites = from[QLatin1String("lostWrites")].toInteger();
    conflict.foundAt = from[QLatin1String("foundAt")].toString();
    conflict.lost = conflictVersionOf(from[QLatin1String("lost")].toObject());
    conflict.winner = conflictVersionOf(from[QLatin1String("winner")].toObject());
    for (const auto& name : from[QLatin1String("attributes")].toArray())
        conflict.vanished << name.toString();
    conflict.wouldHaveWon = from[QLatin1String("ifClocksWereRight")].toString() == u"lost";
    conflict.json = from;
    return conflict;
}

}  // namespace

std::string itemsTarget(const widgets::ItemsPageRequest& request) {
    QByteArray target("/items");
    appendParameter(target, "region", request.target.region);
    appendParameter(target, "table", request.target.table);
    appendAccount(target, request.target.account);
    appendParameter(target, "index", request.target.index);
    appendParameter(target, "zone", request.target.zone);
    if (request.from.isEmpty())
        appendParameter(target, "at", QString::number(request.at, 'f', 9));
    else
        appendParameter(target, "from", request.from);
    if (request.backward) appendParameter(target, "backward", QStringLiteral("true"));
    appendParameter(target, "limit", QString::number(request.limit));
    return target.toStdString();
}

widgets::ItemsPage parseItemsPage(const Backend::Answer& answer) {
    widgets::ItemsPage page;
    if (!succeeded(answer)) {
        page.error = errorText(answer);
        return page;
    }
    const QJsonObject body = bodyOf(answer);
    const QJsonArray rows = body[QLatin1String("rows")].toArray();
    page.rows.reserve(static_cast<std::size_t>(rows.size()));
    for (const auto& value : rows) {
        const QJsonObject row = value.toObject();
        page.rows.push_back({row[QLatin1String("storageKey")].toString(),
                             row[QLatin1String("position")].toDouble(),
                             row[QLatin1String("item")].toObject()});
    }
    page.more = body[QLatin1String("more")].toBool();
    return page;
}

std::string itemTarget(const QString& region, const QString& table, const QJsonObject& key,
                       const QString& account) {
    QByteArray target("/item");
    appendParameter(target, "region", region);
    appendParameter(target, "table", table);
    appendAccount(target, account);
    appendParameter(target, "key",
                    QString::fromUtf8(QJsonDocument(key).toJson(QJsonDocument::Compact)));
    return target.toStdString();
}

widgets::ItemVersions parseItemVersions(const Backend::Answer& answer) {
    widgets::ItemVersions result;
    if (!succeeded(answer)) {
        result.error = errorText(answer);
        return result;
    }
    const QJsonObject body = bodyOf(answer);
    result.group = unsignedOf(body[QLatin1String("group")]);
    result.position = body[QLatin1String("position")].toDouble();
    result.why = body[QLatin1String("why")].toString();
    const QJsonArray versions = body[QLatin1String("versions")].toArray();
    for (std::size_t i = 0; i < result.versions.size(); ++i) {
        const QJsonObject from = versions.at(static_cast<qsizetype>(i)).toObject();
        widgets::ItemVersions::Version& version = result.versions[i];
        version.zone = from[QLatin1String("zone")].toString();
        version.role = from[QLatin1String("leader")].toBool() ? QStringLiteral("leader")
                                                              : QStringLiteral("follower");
        version.up = from[QLatin1String("up")].toBool(true);
        version.present = from[QLatin1String("item")].isObject();
        version.item = from[QLatin1String("item")].toObject();
        version.itemLsn = unsignedOf(from[QLatin1String("itemLsn")]);
        version.applied = unsignedOf(from[QLatin1String("applied")]);
        version.behindRecords = unsignedOf(from[QLatin1String("behindRecords")]);
        version.behind = durationOf(from[QLatin1String("behindMs")]);
    }
    return result;
}

std::string conflictsTarget(const QString& table, const QString& account, const QString& after,
                            int limit) {
    QByteArray target("/conflicts");
    appendParameter(target, "table", table);
    appendAccount(target, account);
    appendParameter(target, "after", after);
    appendParameter(target, "limit", QString::number(limit));
    return target.toStdString();
}

ConflictsPage parseConflicts(const Backend::Answer& answer) {
    ConflictsPage page;
    if (!succeeded(answer)) {
        page.list.error = errorText(answer);
        return page;
    }
    const QJsonObject body = bodyOf(answer);
    for (const auto& conflict : body[QLatin1String("conflicts")].toArray())
        page.list.conflicts.push_back(conflictOf(conflict.toObject()));
    const QJsonObject forgotten = body[QLatin1String("forgotten")].toObject();
    page.list.forgotten = forgotten[QLatin1String("count")].toInteger();
    page.list.forgottenBefore = forgotten[QLatin1String("before")].toString();
    if (body[QLatin1String("more")].toBool()) page.next = body[QLatin1String("next")].toString();
    return page;
}

QJsonObject bodyOf(const Backend::Answer& answer) {
    return QJsonDocument::fromJson(QByteArray::fromStdString(answer.body)).object();
}

QString errorType(const Backend::Answer& answer) {
    const QString type = bodyOf(answer)[QLatin1String("__type")].toString();
    return type.mid(type.indexOf(u'#') + 1);
}

QString errorText(const Backend::Answer& answer) {
    const QJsonObject body = bodyOf(answer);
    const QString type = errorType(answer);
    for (const char* name : {"message", "Message", "error"}) {
        const QString text = body[QLatin1String(name)].toString();
        if (!text.isEmpty()) return type.isEmpty() ? text : type + QStringLiteral(": ") + text;
    }
    if (!type.isEmpty()) return type;
    return QStringLiteral("The engine answered with status %1.").arg(answer.status);
}

namespace {

/// Empty if all zones of the Region are well.
QString zonesText(const observe::Snapshot& snapshot, const QString& region) {
    for (const observe::RegionViewPtr& view : snapshot.regions) {
        if (widgets::toQString(view->name) != region) continue;
        const auto up = std::ranges::count(view->zones, true, &observe::ZoneView::up);
        if (up < 2)
            return QCoreApplication::translate("Looks",
                                               "Only %1 of the 3 zones of %2 is up. A write or a "
                                               "strong read needs a leader, "
                                               "and a leader needs 2 of the 3.")
                .arg(up)
                .arg(region);
        if (up < kZonesPerRegion || std::ranges::any_of(view->zones, &observe::ZoneView::cutOff))
            return QCoreApplication::translate("Looks",
                                               "Not all zones of %1 can be reached. Partitions "
                                               "that lost their leader elect "
                                               "another one within seconds; then try again.")
                .arg(region);
    }
    return {};
}

}  // namespace

QString errorText(const Backend::Answer& answer, const observe::Snapshot& snapshot,
                  const QString& region) {
    QString text = errorText(answer);
    const QString zones = answer.status < 500 ? QString() : zonesText(snapshot, region);
    if (zones.isEmpty()) return text;
    if (!text.endsWith(u'.')) text += u'.';
    return text + u' ' + zones;
}

struct BackendItemSource::Parsing {
    Parsing() { pool.setMaxThreadCount(1); }

    QObject receiver;
    QThreadPool pool;  // Destroyed before the receiver, so no worker posts to a dead object.
};

BackendItemSource::BackendItemSource(Backend* backend)
    : m_backend(backend), m_parsing(std::make_shared<Parsing>()) {}

BackendItemSource::~BackendItemSource() = default;

void BackendItemSource::fetchPage(const widgets::ItemsPageRequest& request, PageHandler handler) {
    const std::weak_ptr<Parsing> weak = m_parsing;
    m_backend->control("GET", itemsTarget(request), {},
                       [weak, handler = std::move(handler)](const Backend::Answer& answer) {
                           const std::shared_ptr<Parsing> parsing = weak.lock();
                           if (parsing == nullptr) return;
                           parsing->pool.start([receiver = &parsing->receiver, handler, answer] {
                               QMetaObject::invokeMethod(
                                   receiver,
                                   [handler, page = parseItemsPage(answer)] { handler(page); },
                                   Qt::QueuedConnection);
                           });
                       });
}

}  // namespace orrery::app
