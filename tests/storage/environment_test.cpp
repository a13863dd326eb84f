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

class EnvironmentTest : public QObject {
    Q_OBJECT
private slots:
    void tellsTheNextWriterThatTheFirstMetAFault() {
        const QTemporaryDir folder;
        const fs::path file = fs::path(folder.path().toStdString()) / "log.mdb";
        EnvironmentPlan plan{file, 1u << 20, {"records"}};
        plan.whenMade = [](const Environment&, WriteTransaction&) { return StorageResult<void>(); };
        auto environment = Environment::open(plan);
        QVERIFY(environment.has_value());
        const Database records = (*environment)->database(0);
        for (const char* key : {"a", "b"}) {
            auto transaction = WriteTransaction::begin(**environment);
            QVERIFY(transaction.has_value());
            QVERIFY(transaction->put(records, key, "value").has_value());
            QVERIFY(transaction->commit().has_value());
        }

        auto first = WriteTransaction::begin(**environment);
        QVERIFY(first.has_value());
        QVERIFY(first->put(records, "c", "value").has_value());
        std::promise<void> begins;
        std::promise<bool> ends;
        std::future<bool> isTold = ends.get_future();
        std::thread second([&] {
            begins.set_value();
            const auto transaction = WriteTransaction::begin(**environment);
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
};

ORRERY_TEST_CLASS(EnvironmentTest)
#include "environment_test.moc"
