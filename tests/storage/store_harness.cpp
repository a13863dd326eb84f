#include "tests/storage/store_harness.h"

#include <QTest>

#include <filesystem>

#include "core/base/check.h"

namespace orrery::test {

using namespace storage;

void addStoreRows() {
    QTest::addColumn<QString>("kind");
    QTest::newRow("memory") << "memory";
    QTest::newRow("lmdb") << "lmdb";
}

StoreHarness::StoreHarness(const QString& kind, const Options& options)
    : m_isMemory(kind == "memory"), m_options(options) {
    if (!m_isMemory) m_folders.push_back(std::make_unique<QTemporaryDir>());
    open(options.failure);
}

void StoreHarness::open(const PlannedFailure& failure) {
    if (m_isMemory) {
        m_store = MemoryStore::create(failure, m_options.stepsAtOnce);
        return;
    }
    LmdbOptions options;
    options.durability = m_options.durability;
    options.memtableBytesMax = m_options.memtableBytesMax;
    options.mapBytes = m_options.mapBytes;
    options.failure = failure;
    options.stepsAtOnce = m_options.stepsAtOnce;
    auto opened = openLmdbStore(m_folders.back()->path().toStdString(), options);
    if (!opened) qFatal("%s", opened.error().message().c_str());
    m_store = *std::move(opened);
}

// For LMDB the files are copied as they are while the old store still has them open, since closing
// it must not be what puts them in order.
void StoreHarness::reopen() {
    if (m_isMemory) {
        dynamic_cast<MemoryStore&>(*m_store).crash();
        return;
    }
    auto folder = std::make_unique<QTemporaryDir>();
    for (const auto& file :
         std::filesystem::directory_iterator(m_folders.back()->path().toStdString())) {
        const std::string name = file.path().filename().string();
        if (name == "lock" || name.ends_with("-lock")) continue;
        std::filesystem::copy(file.path(),
                              std::filesystem::path(folder->path().toStdString()) / name,
                              std::filesystem::copy_options::recursive);
    }
    m_store.reset();
    m_folders.push_back(std::move(folder));
    open({});
}

bool StoreHarness::runLogWork() {
    auto work = m_store->takeLogWork();
    if (work == nullptr) return false;
    work->run();
    m_store->finishLogWork(std::move(work));
    return true;
}

bool StoreHarness::runFlushWork(bool force) {
    auto work = m_store->takeFlushWork(force);
    if (work == nullptr) return false;
    work->run();
    m_store->finishFlushWork(std::move(work));
    return true;
}

void StoreHarness::syncAll() {
    while (runLogWork()) {
    }
}

void StoreHarness::flushAll() {
    do {
        m_store->commit({});
        syncAll();
    } while (runFlushWork(true));
}

Ticket StoreHarness::appendEverywhere(GroupId group, std::uint64_t first,
                                      const std::vector<std::string>& records) {
    Turn turn;
    for (const std::string& record : records) {
        const SharedBytes bytes = share(record);
        for (const VolumeId volume : {kA, kB, kC})
            turn.append(volume, group, Lsn(first), bytes);
        ++first;
    }
    return m_store->commit(std::move(turn));
}

void StoreHarness::apply(const std::vector<VolumeId>& volumes, const std::string& key,
                         const std::optional<std::string>& image, std::uint64_t lsn) {
    const TreeChange change{key, image ? share(*image) : nullptr};
    for (const VolumeId volume : volumes) {
        const TreeMark mark{Lsn(lsn), static_cast<std::int64_t>(lsn), 10, 20, 30};
        m_store->apply(volume, kGroup, std::span(&change, 1), mark);
    }
}

std::string StoreHarness::record(VolumeId volume, GroupId group, std::uint64_t lsn) {
    const auto found = m_store->record(volume, group, Lsn(lsn));
    if (!found) return found.error().message();
    return *found == nullptr ? "(none)" : **found;
}

std::string StoreHarness::get(VolumeId volume, const std::string& key) {
    const auto found = m_store->get(volume, key);
    if (!found) return found.error().message();
    return *found == nullptr ? "(none)" : **found;
}

std::string StoreHarness::value(const std::string& name) {
    const auto found = m_store->value(name);
    if (!found) return found.error().message();
    return found->value_or("(none)");
}

std::vector<std::string> StoreHarness::scan(VolumeId volume, const std::string& begin,
                                            const std::string& end, ScanDirection direction) {
    std::vector<std::string> found;
    const auto result = m_store->scan(volume, begin, end, direction, [&](auto key, auto image) {
        found.push_back(std::string(key) + "=" + std::string(image));
        return ScanStep::Continue;
    });
    if (!result) found.push_back(result.error().message());
    return found;
}

}  // namespace orrery::test
