#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <future>
#include <thread>

#include "core/storage/environment.h"
#include "core/storage/storage_error.h"
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

}  // namespace

class EnvironmentTest : public QObject {
    Q_OBJECT
private slots:
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
