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
                         if (widgets::changesOf(self->m_seen, version->item).isEmpty())
                             return self->remove(Lsn(version->itemLsn));
                         self->end(Outcome::Changed, version->item);
                     });
    }

private:
    void remove(Lsn lsn) {
        const QJsonObject request{
            {QStringLiteral("TableName"), m_table.name},
            {QStringLiteral("Key"), widgets::keyOf(m_seen, m_table.keyNames)}};
        m_backend->deleteItem(
            m_table.scope(), QJsonDocument(request).toJson(QJsonDocument::Compact).toStdString(),
            lsn,
            [self = shared_from_this()](const Backend::Answer& answer) { self->onAnswer(answer); });
    }

    void onAnswer(const Backend::Answer& answer) {
        if (succeeded(answer)) return end(Outcome::Deleted);
        if (errorType(answer) != u"ConditionalCheckFailedException")
            return end(Outcome::Failed, {},
                       errorText(answer, *m_backend->snapshot(), m_table.region));
        // Somebody wrote it since the look, perhaps with the same content.
        begin();
    }

    void end(Outcome outcome, const QJsonObject& now = {}, const QString& reason = {}) {
        m_handler({outcome, now, reason});
    }

    Backend* m_backend;
    EditedTable m_table;
    QJsonObject m_seen;
    std::function<void(const Deletion&)> m_handler;
};

}  // namespace

void lookAtLeader(Backend* backend, const EditedTable& table, const QJsonObject& item,
                  LeaderHandler handler) {
    backend->control(
        "GET",
        itemTarget(table.region, table.name, widgets::keyOf(item, table.keyNames), table.account),
        {}, [handler = std::move(handler)](const Backend::Answer& answer) {
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
