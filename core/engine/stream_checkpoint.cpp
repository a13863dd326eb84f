#include "core/engine/stream_checkpoint.h"

#include <fcntl.h>

#include <fstream>
#include <sstream>
#include <string_view>

#include "core/base/result.h"
#include "core/storage/file.h"

namespace orrery::engine {
namespace {

constexpr std::string_view kHead = "orrery stream hook 1";

storage::StorageResult<void> replaceFile(const std::filesystem::path& path,
                                         std::string_view content) {
    std::filesystem::path made = path;
    made += ".new";
    TRY(storage::makeSyncedFolder(path.parent_path()));
    {
        TRY_ASSIGN(const auto file, storage::File::open(made, O_WRONLY | O_CREAT | O_TRUNC));
        TRY(file.write(0, content));
        TRY(file.sync());
    }
    std::error_code failed;
    std::filesystem::rename(made, path, failed);
    if (failed)
        return std::unexpected(storage::StorageError{"rename", failed.value(), path.string()});
    return storage::syncFolder(path.parent_path());
}

}  // namespace

StreamCheckpoint::StreamCheckpoint(std::filesystem::path file, std::int64_t now)
    : m_file(std::move(file)), m_since(now) {
    if (!m_file.empty()) load();
}

void StreamCheckpoint::load() {
    std::ifstream in(m_file);
    std::string line;
    if (!std::getline(in, line) || line != kHead) return;
    std::string word;
    std::int64_t since = 0;
    if (!(in >> word >> since) || word != "since") return;
    m_since = since;
    std::string stream;
    std::string shard;
    std::string last;
    while (in >> stream >> shard >> last)
        m_last.insert_or_assign({stream, shard}, last);
}

std::string StreamCheckpoint::lastOf(const std::string& stream, const std::string& shard) const {
    const auto at = m_last.find({stream, shard});
    return at == m_last.end() ? "" : at->second;
}

void StreamCheckpoint::note(const std::string& stream, const std::string& shard,
                            std::string sequenceNumber) {
    m_last.insert_or_assign({stream, shard}, std::move(sequenceNumber));
}

void StreamCheckpoint::keepOnly(const std::set<Place>& shards) {
    std::erase_if(m_last, [&](const auto& one) { return !shards.contains(one.first); });
}

bool StreamCheckpoint::save() const {
    if (m_file.empty()) return true;
    std::ostringstream out;
    out << kHead << "\nsince " << m_since << '\n';
    for (const auto& [place, last] : m_last)
        out << place.first << ' ' << place.second << ' ' << last << '\n';
    return replaceFile(m_file, out.str()).has_value();
}

}  // namespace orrery::engine
