#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/prng.h"
#include "core/cluster/world/world.h"
#include "core/storage/stores.h"
#include "tests/cluster/request_call.h"

namespace orrery::test {

/// A world on the files of a folder, with one table "T" that has a global and a local index.
class RepairWorld {
public:
    /// Null if the folder does not open; `problem` says why.
    static std::unique_ptr<RepairWorld> open(const std::filesystem::path& folder,
                                             std::string& problem);

    cluster::World& world() { return *m_world; }
    const storage::Store& store() const { return *m_store; }
    cluster::TablePtr table() const;

    void createTable(std::optional<cluster::StreamView> stream = std::nullopt);
    /// Writes an item that both indexes have; it is acknowledged when this returns.
    void put(int number, const std::string& colour);
    void remove(int number);
    void run(Duration by);
    /// Has the trees written, and the archive.
    void flush();
    /// Has the archive written, but no tree.
    void writeArchive();
    /// Has the logs written and the process end.
    void close();

    /// By storage key of the base item the colour, as a zone holds it in the table or an index.
    std::map<std::string, std::string> contents(const std::string& index, std::uint8_t zone);
    std::string storageKeyOf(int number) const;
    /// The colours of the items that the table's stream shows from its horizon on. Nothing if a
    /// read fails.
    std::optional<std::vector<std::string>> streamedColours();

    static constexpr const char* kGlobalIndex = "ByColour";
    static constexpr const char* kLocalIndex = "ByShade";

private:
    std::optional<cluster::Reply> submit(const std::string& name, const RequestCall::Bind& bind,
                                         int attempts = 100);
    void turn(Instant until);
    enum class Flushes : std::uint8_t { None, Archive, All };
    void work(Flushes flushes);

    std::unique_ptr<storage::Store> m_store;
    std::unique_ptr<cluster::World> m_world;
    std::uint64_t m_next = 1;
};

/// The folder that the tests damage: written, overwritten, deleted from, trimmed, with a zone that
/// lags and writes that no tree has yet. Returns what it holds.
std::map<std::string, std::string> writeRepairFolder(const std::filesystem::path& folder,
                                                     std::uint64_t seed);

}  // namespace orrery::test
