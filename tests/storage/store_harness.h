#pragma once

#include <QTemporaryDir>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/storage/stores.h"

namespace orrery::test {

// Both stores behind one set of tests: every test slot has a row per store. `reopen` takes the
// process away: nothing that is not on the medium comes back, and no work is finished.

inline constexpr VolumeId kA{0};
inline constexpr VolumeId kB{1};
inline constexpr VolumeId kC{2};
inline constexpr GroupId kGroup{7};

/// Adds the column "kind" with a row per store.
void addStoreRows();

class StoreHarness {
public:
    struct Options {
        storage::PlannedFailure failure = {};
        std::uint64_t memtableBytesMax = 16u << 20;
        std::uint64_t mapBytes = 1u << 30;
        storage::Durability durability = storage::Durability::Durable;
        std::size_t stepsAtOnce = SIZE_MAX;
    };

    /// `kind` is what addStoreRows put into the column.
    explicit StoreHarness(const QString& kind) : StoreHarness(kind, Options()) {}
    StoreHarness(const QString& kind, const Options& options);

    storage::Store& store() { return *m_store; }
    storage::Store* operator->() { return m_store.get(); }
    bool isMemory() const { return m_isMemory; }

    /// The store as a kill at this moment would leave it, without the planned failure.
    void reopen();

    /// Runs one piece of log work, or flush work; false if there is none.
    bool runLogWork();
    bool runFlushWork(bool force);
    /// Runs log work, and flush work, until there is none; then all of it is in the tree.
    void syncAll();
    void flushAll();

    /// One turn with these records of `group` on all three volumes, from `first` on.
    storage::Ticket appendEverywhere(GroupId group, std::uint64_t first,
                                     const std::vector<std::string>& records);
    /// Applies to the given volumes, as `lsn`; an image that is nothing deletes.
    void apply(const std::vector<VolumeId>& volumes, const std::string& key,
               const std::optional<std::string>& image, std::uint64_t lsn);

    /// What is read, or "(none)".
    std::string record(VolumeId volume, GroupId group, std::uint64_t lsn);
    std::string get(VolumeId volume, const std::string& key);
    std::string value(const std::string& name);
    /// "key=image" of each, in the order of the scan.
    std::vector<std::string> scan(
        VolumeId volume, const std::string& begin, const std::string& end,
        storage::ScanDirection direction = storage::ScanDirection::Forward);

private:
    void open(const storage::PlannedFailure& failure);

    const bool m_isMemory;
    Options m_options;
    std::vector<std::unique_ptr<QTemporaryDir>> m_folders;
    std::unique_ptr<storage::Store> m_store;
};

}  // namespace orrery::test
