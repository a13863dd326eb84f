#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/cluster/catalog/stream_description.h"

namespace orrery::cluster {

struct Caller;

/// The streams that can be read, of all accounts, Regions and tables, those of deleted tables
/// included. Part of the catalog.
class StreamList {
public:
    /// The stream with this ARN in the caller's account and Region, or null.
    StreamPtr find(const Caller& caller, std::string_view arn) const;
    /// The present description of a stream, or null if it has expired.
    StreamPtr find(const StreamDescription& stream) const;
    /// The streams of one table, oldest first.
    std::vector<StreamPtr> ofTable(KeySpaceId table) const;
    /// At most `limit` streams of the caller whose ARNs are after `after`, in order of the table's
    /// name and of creation. With a table name, only streams of tables that have or had it.
    std::vector<StreamPtr> list(const Caller& caller, std::string_view tableName,
                                std::string_view after, std::size_t limit) const;
    /// At most `limit` streams of an account, or of all if the id is empty.
    std::vector<StreamPtr> ofAccount(std::string_view accountId, std::size_t limit) const;
    /// When the latest stream of tables with this name was created; null if there is none.
    StreamPtr latest(std::string_view accountId, std::string_view regionName,
                     std::string_view tableName) const;

    /// True if a stream of the table that has not ended shows old images, or the key of a deletion.
    bool needImages(KeySpaceId table, bool isDelete) const;

    void put(StreamPtr stream);
    void erase(const StreamDescription& stream);

    template <typename Visit>
    void forEach(Visit visit) const {
        for (const auto& [name, stream] : m_byName)
            visit(stream);
    }

private:
    /// Account, Region, table, creation.
    using Name = std::tuple<std::string, std::string, std::string, CalendarTime>;
    static Name nameOf(const StreamDescription& stream);

    std::map<Name, StreamPtr> m_byName;
    std::map<KeySpaceId, std::map<CalendarTime, StreamPtr>> m_byTable;
};

/// The parts of a stream's ARN.
struct StreamArn {
    std::string_view region;
    std::string_view account;
    std::string_view table;
    std::string_view label;
};

/// Nothing if the text is no ARN of a stream. The views point into it.
std::optional<StreamArn> parseStreamArn(std::string_view text);

}  // namespace orrery::cluster
