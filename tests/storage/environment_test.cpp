#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "core/storage/environment.h"
#include "core/storage/page_file.h"
#include "core/storage/page_tree.h"
#include "core/storage/storage_error.h"
#include "tests/support/file_limit.h"
#include "tests/support/test_main.h"

// Goal: a fault in the database library ends the call that met it and spoils nothing else: whoever
// waits to write is told, and does not wait for ever.

using namespace orrery;
using namespace orrery::storage;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

std::unique_ptr<Environment> openNew(const QTemporaryDir& folder, std::uint64_t mapBytes) {
    EnvironmentPlan plan{fs::path(folder.path().toStdString()) / "log.mdb", mapBytes, {"records"}};
    plan.onCreate = [](const Environment&, WriteTransaction&) { return StorageResult<void>(); };
    auto opened = Environment::open(plan);
    if (!opened) qFatal("%s", opened.error().message().c_str());
    return *std::move(opened);
}

/// The leaf of each key.
std::vector<PageNumber> leavesOf(const fs::path& file, const std::vector<std::string>& keys) {
    const auto pages = PageFile::open(file);
    const auto view = (*pages)->start({"records"});
    std::vector<PageNumber> leaves;
    for (const std::string& key : keys) {
        PageCursor cursor((*view)->pages, (*view)->trees.front());
        if (!cursor.find(key)) qFatal("%s is missing", key.c_str());
        leaves.push_back(cursor.path().leaf().number);
    }
    return leaves;
}

/// Makes a page one of no known kind.
void spoil(const fs::path& file, PageNumber page) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(page * 4096 + 10));
    stream.write("\xff\xff", 2);
}

}  // namespace

class EnvironmentTest : public QObject {
    Q_OBJECT
private slots:
    // Nobody would find it again.
    void writesNothingToAFileThatWasDeletedOrReplaced() {
        const QTemporaryDir folder;
        const fs::path file = fs::path(folder.path().toStdString()) / "log.mdb";
        const auto environment = openNew(folder, 1u << 20);
        QVERIFY(WriteTransaction::begin(*environment).has_value());
        fs::rename(file, file.string() + ".away");
        const auto deleted = WriteTransaction::begin(*environment);
        QVERIFY(!deleted.has_value());
        QVERIFY(deleted.error().message().contains("was deleted or replaced"));
        std::ofstream(file) << "another";
        QVERIFY(!WriteTransaction::begin(*environment).has_value());
        fs::rename(file.string() + ".away", file);
        QVERIFY(WriteTransaction::begin(*environment).has_value());
    }

    void tellsTheNextWriterThatTheFirstMetAFault() {
        const QTemporaryDir folder;
        const fs::path file = fs::path(folder.path().toStdString()) / "log.mdb";
        const auto environment = openNew(folder, 1u << 20);
        const Database records = environment->database(0);
        for (const char* key : {"a", "b"}) {
            auto transaction = WriteTransaction::begin(*environment);
            QVERIFY(transaction.has_value());
            QVERIFY(transaction->put(records, key, "value").has_value());
            QVERIFY(transaction->commit().has_value());
        }

        auto first = WriteTransaction::begin(*environment);
        QVERIFY(first.has_value());
        QVERIFY(first->put(records, "c", "value").has_value());
        std::promise<void> begins;
        std::promise<bool> ends;
        std::future<bool> isTold = ends.get_future();
        std::thread second([&] {
            begins.set_value();
            const auto transaction = WriteTransaction::begin(*environment);
            ends.set_value(!transaction && isDamage(transaction.error()));
        });
        begins.get_future().wait();
        // The library reads its list of free pages when it commits: a SIGBUS now.
        fs::resize_file(file, 2 * 4096);
        const auto committed = first->commit();
        QVERIFY(!committed.has_value());
        QVERIFY(isDamage(committed.error()));
        const bool hasEnded = isTold.wait_for(20s) == std::future_status::ready;
        if (!hasEnded) second.detach();
        QVERIFY(hasEnded);
        QVERIFY(isTold.get());
        second.join();
    }

    // A write transaction checks the pages that the library is about to read, once per leaf.
    void meetsADamagedLeafAtTheFirstKeyBesideIt() {
        const QTemporaryDir folder;
        const fs::path file = fs::path(folder.path().toStdString()) / "log.mdb";
        std::vector<std::string> keys;
        for (int i = 1000; i < 2000; ++i)
            keys.push_back(std::to_string(i));
        {
            const auto environment = openNew(folder, 1u << 20);
            auto transaction = WriteTransaction::begin(*environment);
            for (const std::string& key : keys)
                QVERIFY(transaction->put(environment->database(0), key, std::string(100, 'x')));
            QVERIFY(transaction->commit().has_value());
        }
        const std::vector<PageNumber> leaves = leavesOf(file, keys);
        const auto second =
            std::ranges::find_if(leaves, [&](PageNumber leaf) { return leaf != leaves.front(); });
        const auto third =
            std::find_if(second, leaves.end(), [&](PageNumber leaf) { return leaf != *second; });
        QVERIFY(third != leaves.end());
        spoil(file, *third);

        EnvironmentPlan plan{file, 1u << 20, {"records"}};
        const auto environment = Environment::open(plan);
        QVERIFY(environment.has_value());
        auto transaction = WriteTransaction::begin(**environment);
        QVERIFY(transaction.has_value());
        const auto sound = static_cast<std::size_t>(second - leaves.begin());
        for (std::size_t i = 0; i < sound; ++i)
            QVERIFY(transaction->put((*environment)->database(0), keys[i], "new").has_value());
        const auto met = transaction->put((*environment)->database(0), keys[sound], "new");
        QVERIFY(!met.has_value());
        QVERIFY(isDamage(met.error()));
    }

    // The library refuses to move its map while somebody writes; nothing is lost by asking.
    void growsOnceNobodyWrites() {
        const QTemporaryDir folder;
        const auto environment = openNew(folder, 1u << 20);
        const Database records = environment->database(0);
        auto transaction = WriteTransaction::begin(*environment);
        QVERIFY(transaction.has_value());
        QVERIFY(transaction->put(records, "a", "value").has_value());
        QVERIFY(!environment->grow().has_value());
        QVERIFY(transaction->commit().has_value());
        QVERIFY(ReadTransaction::begin(*environment)->get(records, "a")->has_value());
        QVERIFY(environment->grow().has_value());
        QVERIFY(ReadTransaction::begin(*environment)->get(records, "a")->has_value());
    }

    // LMDB takes a write that is cut short for a full disk.
    void tellsTheLimitOnFileSizesFromAFullDisk() {
        const QTemporaryDir folder;
        const auto environment = openNew(folder, 16u << 20);
        auto transaction = WriteTransaction::begin(*environment);
        QVERIFY(transaction.has_value());
        const std::string value(1u << 20, 'x');
        QVERIFY(transaction->put(environment->database(0), "a", value).has_value());
        const test::FileLimit limit(environment->fileBytes() + 100'000);
        const auto written = transaction->commit();
        QVERIFY(!written.has_value());
        QCOMPARE(written.error().code, EFBIG);
        QVERIFY(written.error().message().find("the limit on file sizes") != std::string::npos);
    }

    void staysUsableWhereItHasNoRoomToGrow() {
        const QTemporaryDir folder;
        constexpr std::uint64_t kMostOfAnAddressSpace = std::uint64_t{1} << 45;
        const auto environment = openNew(folder, kMostOfAnAddressSpace);
        const Database records = environment->database(0);
        while (environment->grow().has_value()) {
        }
        auto transaction = WriteTransaction::begin(*environment);
        QVERIFY(transaction.has_value());
        QVERIFY(transaction->put(records, "a", "value").has_value());
        QVERIFY(transaction->commit().has_value());
        QVERIFY(ReadTransaction::begin(*environment)->get(records, "a")->has_value());
    }
};

ORRERY_TEST_CLASS(EnvironmentTest)
#include "environment_test.moc"
