#pragma once

#include <QJsonObject>
#include <QString>
#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace orrery::widgets {

// How widgets read items: by looks, which read one replica's applied state and consume no capacity.
// A widget asks, and the answer arrives later on the same thread.

/// A table or an index, as one zone holds it.
struct ItemsTarget {
    QString region;
    QString table;
    QString index;      ///< Empty: the table itself.
    QString zone;       ///< "us-east-1a".
    QString account{};  ///< The account id; empty for the shared account.
    bool operator==(const ItemsTarget&) const = default;
};

/// The rows to read: after the row with storage key `from` (before it, if backward), or, if `from`
/// is empty, starting at the position `at` in the key space.
struct ItemsPageRequest {
    ItemsTarget target;
    QString from;
    double at = 0;  ///< In [0, 1].
    bool backward = false;
    int limit = 200;
};

struct ItemRow {
    QString storageKey;   ///< Opaque; names the row in requests.
    double position = 0;  ///< In the key space, in [0, 1).
    QJsonObject item;     ///< With attribute types.
    bool operator==(const ItemRow&) const = default;
};

struct ItemsPage {
    std::vector<ItemRow> rows;  ///< In key order; descending if asked backward.
    bool more = false;          ///< There are rows beyond the last of these.
    QString error;              ///< Why nothing was read; empty on success.
};

/// One item as every zone holds it.
struct ItemVersions {
    struct Version {
        QString zone;
        QString role;  ///< "leader" or "follower".
        bool up = true;
        bool present = false;
        QJsonObject item;
        std::uint64_t itemLsn = 0;  ///< The record that wrote it.
        std::uint64_t applied = 0;  ///< The last LSN that this replica applied.
        std::uint64_t behindRecords = 0;
        Duration behind{};
        bool operator==(const Version&) const = default;
    };
    std::array<Version, kZonesPerRegion> versions;
    std::uint64_t group = 0;
    double position = 0;
    QString why;  ///< Why its partition cannot serve everything; empty if it can.
    QString error;
    bool operator==(const ItemVersions&) const = default;
};

class ItemSource {
public:
    using PageHandler = std::function<void(const ItemsPage&)>;

    virtual ~ItemSource() = default;
    /// Calls `handler` once, later, on this thread. The caller may be destroyed by then, so the
    /// handler must check.
    virtual void fetchPage(const ItemsPageRequest& request, PageHandler handler) = 0;
};

}  // namespace orrery::widgets
