#pragma once

#include <QJsonObject>
#include <QString>
#include <memory>
#include <string>

#include "app/backend.h"
#include "widgets/items/item_source.h"

namespace orrery::app {

// Looks as the control API writes them (GET /items, GET /item): requests to targets, answers to
// what the widgets show. The only file of the window that knows these forms.

/// The target of GET /items for a page.
std::string itemsTarget(const widgets::ItemsPageRequest& request);
widgets::ItemsPage parseItemsPage(const Backend::Answer& answer);

/// The target of GET /item for the item with the primary key `key`.
std::string itemTarget(const QString& region, const QString& table, const QJsonObject& key);
widgets::ItemVersions parseItemVersions(const Backend::Answer& answer);

/// What an answer that is no success says, for people: "ResourceNotFoundException: …".
QString errorText(const Backend::Answer& answer);
inline bool succeeded(const Backend::Answer& answer) {
    return answer.status >= 200 && answer.status < 300;
}

/// The items behind the window's grids, over a backend that must outlive it. Answers are parsed on
/// a thread of its own, since a page may be large, and handed on in order on the thread that asked.
class BackendItemSource : public widgets::ItemSource {
public:
    explicit BackendItemSource(Backend* backend);
    ~BackendItemSource() override;
    void fetchPage(const widgets::ItemsPageRequest& request, PageHandler handler) override;

private:
    struct Parsing;

    Backend* m_backend;
    // Shared with answers under way, which may come after the source is gone.
    std::shared_ptr<Parsing> m_parsing;
};

}  // namespace orrery::app
