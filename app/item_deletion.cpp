#include "app/item_deletion.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <algorithm>
#include <memory>
#include <utility>

#include "app/looks.h"
#include "widgets/items/item_diff.h"
#include "widgets/items/item_write.h"

namespace orrery::app {
namespace {

using Outcome = Deletion::Outcome;
using Version = widgets::ItemVersions::Version;

QString text(const char* source) {
    return QCoreApplication::translate("ItemDeletion", source);
}

bool isSame(const QJsonObject& seen, const QJsonObject& now) {
    return widgets::changesOf(seen, now).isEmpty();
}

class Attempt : public std::enable_shared_from_this<Attempt> {
public:
    Attempt(Backend* backend, EditedTable table, QJsonObject seen,
            std::function<void(const Deletion&)> handler)
        : m_backend(backend),
          m_table(std::move(table)),
          m_seen(std::move(seen)),
          m_handler(std::move(handler)) {}

    void begin() {
        lookAtLeader(m_backend, m_table, m_seen,
                     [self = shared_from_this()](const std::optional<Version>& version,
                                                 const QString& error) {
                         if (!version) return self->end(Outcome::Failed, {}, error);
                         if (!version->present) return self->end(Outcome::Gone);
                         if (!isSame(self->m_seen, version->item))
                             return self->end(Outcome::Changed, version->item);
                         self->remove();
                     });
    }

private:
    void remove() {
        QJsonObject request = widgets::deleteItem(m_table.name, m_table.keyNames, m_seen).request;
        request[QLatin1String("ReturnValues")] = QStringLiteral("ALL_OLD");
        call("DeleteItem", request, &Attempt::onDeleted);
    }

    void onDeleted(const Backend::Answer& answer) {
        if (succeeded(answer)) {
            const QJsonObject old = bodyOf(answer)[QLatin1String("Attributes")].toObject();
            if (old.isEmpty() || isSame(m_seen, old)) return end(Outcome::Deleted);
            return putBack(old);
        }
        if (errorType(answer) != u"ConditionalCheckFailedException")
            return end(Outcome::Failed, {}, errorText(answer));
        const QJsonObject now = bodyOf(answer)[QLatin1String("Item")].toObject();
        if (now.isEmpty()) return end(Outcome::Gone);
        end(Outcome::Changed, now);
    }

    // A condition cannot exclude attributes that it does not name, and holds about 150. Between the
    // look and the deletion, somebody wrote one that it did not hold.
    void putBack(const QJsonObject& old) {
        m_old = old;
        call("PutItem", widgets::putNewItem(m_table.name, m_table.keyNames, old).request,
             &Attempt::onPutBack);
    }

    void onPutBack(const Backend::Answer& answer) {
        if (succeeded(answer)) return end(Outcome::Changed, m_old);
        const QJsonObject now = bodyOf(answer)[QLatin1String("Item")].toObject();
        if (!now.isEmpty()) return end(Outcome::Changed, now);
        const QString item = QString::fromUtf8(QJsonDocument(m_old).toJson(QJsonDocument::Compact));
        end(Outcome::Failed, {},
            text("It was deleted just after another client had changed it, and could not be put "
                 "back (%1). It was: %2")
                .arg(errorText(answer), item));
    }

    void call(std::string_view operation, const QJsonObject& request,
              void (Attempt::*then)(const Backend::Answer&)) {
        m_backend->call(m_table.region.toStdString(), operation,
                        QJsonDocument(request).toJson(QJsonDocument::Compact).toStdString(),
                        [self = shared_from_this(), then](const Backend::Answer& answer) {
                            (self.get()->*then)(answer);
                        });
    }

    void end(Outcome outcome, const QJsonObject& now = {}, const QString& reason = {}) {
        m_handler({outcome, now, reason});
    }

    Backend* m_backend;
    EditedTable m_table;
    QJsonObject m_seen;
    QJsonObject m_old;  // What was deleted and is put back.
    std::function<void(const Deletion&)> m_handler;
};

}  // namespace

void lookAtLeader(Backend* backend, const EditedTable& table, const QJsonObject& item,
                  LeaderHandler handler) {
    backend->control(
        "GET", itemTarget(table.region, table.name, widgets::keyOf(item, table.keyNames)), {},
        [handler = std::move(handler)](const Backend::Answer& answer) {
            const widgets::ItemVersions versions = parseItemVersions(answer);
            if (!versions.error.isEmpty()) return handler(std::nullopt, versions.error);
            const auto leader = std::ranges::find_if(versions.versions, [](const Version& version) {
                return version.role == u"leader" && version.up;
            });
            if (leader == versions.versions.end())
                return handler(std::nullopt, text("No zone leads the item's partition now."));
            handler(*leader, {});
        });
}

void deleteAsSeen(Backend* backend, const EditedTable& table, const QJsonObject& seen,
                  std::function<void(const Deletion&)> handler) {
    std::make_shared<Attempt>(backend, table, seen, std::move(handler))->begin();
}

}  // namespace orrery::app
