#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/base/time.h"
#include "core/engine/blocking_calls.h"
#include "core/engine/command.h"
#include "core/engine/stream_checkpoint.h"
#include "core/engine/stream_hook_options.h"

namespace orrery::engine {

/// Runs a command for each batch of records of a table's streams, as Lambda runs a function: in
/// order within a shard, a shard's before its child's, and again, after a while, when the command
/// fails. It hands over the changes since it first began, in the world's whole seconds; a later
/// start continues after the last batch that the command has handled. It reads by ordinary calls,
/// on a thread of its own.
class StreamHook {
public:
    using Report = std::function<void(const std::string&)>;
    /// `report` gets one sentence for each failed run, on the hook's thread. The engine must
    /// outlive the hook.
    StreamHook(Engine& engine, const StreamHookOptions& options, Report report);
    /// Stops, and ends the command if it runs.
    ~StreamHook();
    /// Begins to stop, so that several hooks stop at the same time.
    void beginStop();
    StreamHook(const StreamHook&) = delete;
    StreamHook& operator=(const StreamHook&) = delete;

private:
    struct Shard {
        std::string stream;  ///< Its ARN.
        std::string id;
        std::string parent;    ///< Its id; empty: none.
        std::string iterator;  ///< Empty: to be asked for.
        std::string last;      ///< The sequence number of the last record read; empty: none.
        std::string event;     ///< A batch that has not been handled, up to `last`; empty: none.
        Duration wait{};       ///< After the last failed run of `event`.
        Duration notBefore{};  ///< When `event` may run again.
        bool isOver = false;
    };

    void run();
    /// The shards that the streams of the table have now.
    struct Listing {
        std::set<StreamCheckpoint::Place> shards;
        bool isWhole = true;
    };

    /// False if the hook has to stop.
    bool findShards();
    bool findStreams(Listing& listing);
    bool findShards(const std::string& stream, Listing& listing);
    /// True while the shard's parent has records that were not handled.
    bool waitsForParent(const Shard& shard) const;
    /// False if there was nothing to do.
    bool advance(Shard& shard);
    bool handle(Shard& shard);
    void save();
    bool open(Shard& shard);
    bool read(Shard& shard);
    std::optional<Engine::Answer> call(const std::string& operation, const std::string& json);

    BlockingCalls m_calls;
    Command m_command;
    Report m_report;
    std::string m_region;
    std::string m_table;
    StreamCheckpoint m_checkpoint;
    bool m_isSaved = true;
    std::vector<Shard> m_shards;
    std::thread m_thread;
};

}  // namespace orrery::engine
