#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace orrery::engine {

// The file of a stream hook:
//
//   file  := "orrery stream hook 1\n" "since " seconds "\n" shard*
//   shard := streamArn " " shardId " " sequenceNumber "\n"

/// How far a stream hook has come, as Lambda's checkpoint: the last record handled in each shard,
/// and the time from which on it hands over records of other shards.
class StreamCheckpoint {
public:
    /// Continues from `file`. If it is missing or unreadable, or the path is empty, the hook begins
    /// at `now`, in seconds of the world's calendar. With an empty path nothing is saved.
    StreamCheckpoint(std::filesystem::path file, std::int64_t now);

    std::int64_t since() const { return m_since; }
    /// The sequence number of the last record handled; empty if there is none.
    std::string lastOf(const std::string& stream, const std::string& shard) const;
    void note(const std::string& stream, const std::string& shard, std::string sequenceNumber);
    /// A stream's ARN, and the id of one of its shards.
    using Place = std::pair<std::string, std::string>;
    /// Forgets all other shards.
    void keepOnly(const std::set<Place>& shards);
    /// Returns once it is on disk. False if that fails; the next start then repeats some records.
    bool save() const;

private:
    void load();

    const std::filesystem::path m_file;
    std::int64_t m_since;
    std::map<Place, std::string> m_last;
};

}  // namespace orrery::engine
