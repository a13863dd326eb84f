#pragma once

#include <QJsonObject>
#include <QString>
#include <memory>
#include <string>

#include "app/backend.h"
#include "widgets/conflicts/conflict_list.h"
#include "widgets/items/item_source.h"

namespace orrery::app {

// Encodes looks as control API targets (GET /items, GET /item, GET /conflicts) and decodes their
// answers for the widgets. No other file of the window knows these formats.

/// The target of GET /items for a page.
std::string itemsTarget(const widgets::ItemsPageRequest& request);
widgets::ItemsPage parseItemsPage(const Backend::Answer& answer);

/// The target of GET /item for the item with the primary key `key`.
std::string itemTarget(const QString& region, const QString& table, const QJsonObject& key,
                       const QString& account = {});
widgets::ItemVersions parseItemVersions(const Backend::Answer& answer);

/// The target of GET /conflicts for a page of a table's conflicts, after the one with this id.
std::string conflictsTarget(const QString& table, const QString& account, const QString& after,
                            int limit);
struct ConflictsPage {
    widgets::ConflictList list;
    QString next;  ///< Where the next page begins; empty after the last one.
};
ConflictsPage parseConflicts(const Backend::Answer& answer);

/// The answer's JSON object; empty if the body is not an object.
QJsonObject bodyOf(const Backend::Answer& answer);
/// The error type of a failed answer, such as "ValidationException"; empty if it has none.
QString errorType(const Backend::Answer& answer);
/// The error text of a failed answer: "ResourceNotFoundException: …".
QString errorText(const Backend::Answer& answer);
/// The same, and after an error of the service why the Region may have failed to answer.
QString errorText(const Backend::Answer& answer, const observe::Snapshot& snapshot,
                  const QString& region);
inline bool succeeded(const Backend::Answer& answer) {
    return answer.status >= 200 && answer.status < 300;
}

/// Reads items for the window's grids from a backend, which must outlive it. A worker thread parses
/// the answers, because a page may be large; handlers run in order on the calling thread.
class BackendItemSource : public widgets::ItemSource {
public:
    explicit BackendItemSource(Backend* backend);
    ~BackendItemSource() override;
    void fetchPage(const widgets::ItemsPageRequest& request, PageHandler handler) override;

private:
    struct Parsing;

    Backend* m_backend;
    // Shared with answers in flight, which may arrive after the source is destroyed.
    std::shared_ptr<Parsing> m_parsing;
};

}  // namespace orrery::app
