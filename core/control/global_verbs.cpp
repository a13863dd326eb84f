// GET /global-tables, GET /replication.

#include <utility>

#include "core/control/verbs.h"
#include "core/control/views.h"

namespace orrery::control {
namespace {

/// {"name": [row, …]} with the rows of one list of a snapshot.
template <typename Row>
class RowsJson : public SnapshotWriter {
public:
    using Rows = std::vector<Row> observe::Snapshot::*;
    using WriteRow = void (*)(json::Writer&, const Row&);

    RowsJson(std::string name, observe::SnapshotPtr snapshot, Rows rows, WriteRow writeRow)
        : m_name(std::move(name)),
          m_snapshot(std::move(snapshot)),
          m_rows((*m_snapshot).*rows),
          m_writeRow(writeRow),
          m_out(m_text) {}

    bool write(std::string& out, std::size_t rowsMax) override {
        if (m_next == 0) m_out.beginObject().name(m_name).beginArray();
        for (std::size_t count = 0; count < rowsMax && m_next < m_rows.size(); ++count)
            m_writeRow(m_out, m_rows[m_next++]);
        const bool isWhole = m_next == m_rows.size();
        if (isWhole) m_out.endArray().endObject();
        out += std::exchange(m_text, {});
        return !isWhole;
    }

private:
    const std::string m_name;
    const observe::SnapshotPtr m_snapshot;
    const std::vector<Row>& m_rows;
    const WriteRow m_writeRow;
    std::string m_text;  // The piece being written.
    json::Writer m_out;
    std::size_t m_next = 0;
};

template <typename Row>
Response showRows(const Call& call, const std::string& name,
                  std::vector<Row> observe::Snapshot::* rows,
                  void (*writeRow)(json::Writer&, const Row&)) {
    return showWorld(call, "application/json",
                     [=](observe::SnapshotPtr snapshot) -> std::unique_ptr<SnapshotWriter> {
                         return std::make_unique<RowsJson<Row>>(name, std::move(snapshot), rows,
                                                                writeRow);
                     });
}

}  // namespace

Response getGlobalTables(const Call& call) {
    return showRows(call, "globalTables", &observe::Snapshot::globalTables, writeGlobalTable);
}

Response getReplication(const Call& call) {
    return showRows(call, "replication", &observe::Snapshot::replication, writeReplicationPair);
}

}  // namespace orrery::control
