#include "core/storage/layered_store.h"

#include <QTest>

#include "core/storage/memory_archive.h"
#include "core/storage/memory_medium.h"
#include "core/storage/storage_error.h"
#include "tests/storage/store_harness.h"
#include "tests/support/test_main.h"

// Goal: the log's map moves only while no work is writing to the log. Method: a log and a tree in
// memory that find the map full when the test says so.

using namespace orrery;
using namespace orrery::storage;

namespace {

const StorageError kLogIsFull{"write", kMapFull, "log"};

struct Calls {
    bool logIsFull = false;
    bool treeFindsLogFull = false;
    int enlarged = 0;
};

class SmallLog : public MemoryLog {
public:
    explicit SmallLog(Calls& calls) : m_calls(calls) {}
    StorageResult<void> write(LogBatch& batch) override {
        if (m_calls.logIsFull) return std::unexpected(kLogIsFull);
        return MemoryLog::write(batch);
    }
    bool growIfFull(const StorageError& error) override {
        if (error.code != kMapFull) return false;
        m_calls.logIsFull = m_calls.treeFindsLogFull = false;
        ++m_calls.enlarged;
        return true;
    }
    std::string path() const override { return "log"; }

private:
    Calls& m_calls;
};

// A flush says in the log that it has begun.
class TreeThatWritesToTheLog : public MemoryTree {
public:
    TreeThatWritesToTheLog(Calls& calls, std::shared_ptr<SmallLog> log)
        : m_calls(calls), m_log(std::move(log)) {}
    StorageResult<void> write(const Memtable& memtable) override {
        if (m_calls.treeFindsLogFull) return std::unexpected(kLogIsFull);
        return MemoryTree::write(memtable);
    }
    bool growIfFull(const StorageError& error) override { return m_log->growIfFull(error); }

private:
    Calls& m_calls;
    std::shared_ptr<SmallLog> m_log;
};

class OneStore : public LayeredStore {
public:
    explicit OneStore(Calls& calls) : OneStore(calls, std::make_shared<SmallLog>(calls)) {}

    /// One more item, in the log and in the memtable.
    void write() {
        Turn turn;
        turn.append(test::kA, test::kGroup, m_next, share("record"));
        const TreeChange change{"key", share("image")};
        apply(test::kA, test::kGroup, std::span(&change, 1), TreeMark{m_next, 1, 1, 1, 1});
        m_next = m_next.next();
        commit(std::move(turn));
    }
    /// A flush and a log write that are both out.
    struct Works {
        std::unique_ptr<Work> flush;
        std::unique_ptr<Work> write;
    };
    Works takeBoth() {
        write();
        syncAll();
        Works works;
        works.flush = takeFlushWork(true);
        write();
        works.write = takeLogWork();
        return works;
    }
    void syncAll() {
        while (auto work = takeLogWork()) {
            work->run();
            finishLogWork(std::move(work));
        }
    }

private:
    OneStore(Calls& calls, std::shared_ptr<SmallLog> log)
        : LayeredStore(log, std::make_shared<TreeThatWritesToTheLog>(calls, log),
                       std::make_shared<MemoryArchive>(), {}) {}
    Lsn m_next{1};
};

}  // namespace

class LayeredStoreTest : public QObject {
    Q_OBJECT
private slots:
    void enlargesTheLogOnceTheFlushIsBack() {
        Calls calls;
        OneStore store(calls);
        auto [flush, write] = store.takeBoth();
        QVERIFY(flush != nullptr);
        calls.logIsFull = true;
        write->run();
        store.finishLogWork(std::move(write));
        QCOMPARE(calls.enlarged, 0);
        flush->run();
        store.finishFlushWork(std::move(flush));
        QCOMPARE(calls.enlarged, 1);
        store.syncAll();
        QCOMPARE(store.health(), Health::Ok);
        QCOMPARE(store.synced(), Ticket(2));
    }

    void enlargesTheLogForAFlushOnceTheWriteIsBack() {
        Calls calls;
        OneStore store(calls);
        auto [flush, write] = store.takeBoth();
        calls.treeFindsLogFull = true;
        flush->run();
        store.finishFlushWork(std::move(flush));
        QCOMPARE(calls.enlarged, 0);
        QVERIFY(store.takeFlushWork(true) == nullptr);
        write->run();
        store.finishLogWork(std::move(write));
        QCOMPARE(calls.enlarged, 1);
        QCOMPARE(store.health(), Health::Ok);
        flush = store.takeFlushWork(true);
        QVERIFY(flush != nullptr);
        flush->run();
        store.finishFlushWork(std::move(flush));
        QCOMPARE(store.treesSynced(), Ticket(1));
    }

    // Neither waits for the other.
    void enlargesTheLogForBoth() {
        for (const bool flushFirst : {true, false}) {
            Calls calls;
            OneStore store(calls);
            auto [flush, write] = store.takeBoth();
            calls.logIsFull = calls.treeFindsLogFull = true;
            write->run();
            flush->run();
            if (flushFirst) store.finishFlushWork(std::move(flush));
            store.finishLogWork(std::move(write));
            if (!flushFirst) store.finishFlushWork(std::move(flush));
            QVERIFY(calls.enlarged > 0);
            store.syncAll();
            QCOMPARE(store.synced(), Ticket(2));
            QVERIFY(store.takeFlushWork(true) != nullptr);
            QCOMPARE(store.health(), Health::Ok);
        }
    }
};

ORRERY_TEST_CLASS(LayeredStoreTest)
#include "layered_store_test.moc"
