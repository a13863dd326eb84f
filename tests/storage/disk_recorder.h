#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace orrery::test {

// What the disk is told. This program has its own pwrite, writev, fdatasync, fsync and rename,
// which LMDB's library finds before those of the C library: while a recorder lives, each write to a
// file
// `*.mdb` or `*.segment` is recorded, a sync is recorded and not carried out, and either can be
// made to fail. Without a recorder they do what they always do.

class DiskRecorder {
public:
    struct Event {
        enum class Kind { Write, SyncedWrite, Sync, FolderSync };
        Kind kind;
        std::string file;  ///< Its name without the folder.
        std::uint64_t offset = 0;
        std::string bytes;
    };

    DiskRecorder();
    ~DiskRecorder();
    DiskRecorder(const DiskRecorder&) = delete;
    DiskRecorder& operator=(const DiskRecorder&) = delete;

    const std::vector<Event>& events() const { return m_events; }
    /// Folders that were synced, in order.
    const std::vector<std::string>& folderSyncs() const { return m_folderSyncs; }

    /// The `number`-th write, or sync, from now on fails with `code`, and all of that kind after
    /// it.
    void failWrites(std::uint64_t number, int code) { m_writeFailure = {number, code}; }
    void failSyncs(std::uint64_t number, int code) { m_syncFailure = {number, code}; }
    /// The process ends, as after a kill, before the `number`-th write, sync or rename from now on.
    void endProcessAt(std::uint64_t number) { m_callsToEnd = number; }
    /// How many of them there were.
    std::uint64_t callCount() const { return m_callCount; }
    /// Whether a call has failed on purpose.
    bool hasFailed() const { return m_hasFailed; }

    /// Called by the functions that stand for the system's. Returns the error to report, or 0.
    int write(int descriptor, std::uint64_t offset, std::string bytes);
    int sync(int descriptor);
    void countCall();

private:
    struct Failure {
        std::uint64_t callsLeft = UINT64_MAX;
        int code = 0;

        /// Counts a call; true if it is to fail.
        bool isDue() { return callsLeft == 0 || --callsLeft == 0; }
    };

    std::vector<Event> m_events;
    std::vector<std::string> m_folderSyncs;
    Failure m_writeFailure;
    Failure m_syncFailure;
    std::uint64_t m_callsToEnd = UINT64_MAX;
    std::uint64_t m_callCount = 0;
    bool m_hasFailed = false;
};

/// Files as a loss of power leaves them: what was synced, and of what came later any part.
class DiskState {
public:
    /// Takes the next event in.
    void take(const DiskRecorder::Event& event);

    /// The file with none of the writes since its last sync, with all, with the first ones, with
    /// the last ones, with some at random, and with one of them torn in the middle.
    std::vector<std::string> cuts(const std::string& file, std::uint64_t seed) const;

private:
    struct File {
        std::string synced;
        std::vector<DiskRecorder::Event> pending;
    };
    std::map<std::string, File> m_files;
};

}  // namespace orrery::test
