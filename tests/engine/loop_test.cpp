#include "core/engine/loop.h"

#include <QTest>

#include <csignal>
#include <optional>
#include <thread>

#include "core/engine/workers.h"
#include "core/storage/guard.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::engine;
using namespace std::chrono_literals;

class LoopTest : public QObject {
    Q_OBJECT
private slots:
    void isWokenByAnotherThread() {
        Loop loop;
        int done = 0;
        std::jthread other([&] {
            for (int i = 0; i < 1'000; ++i)
                while (!loop.post([&] { ++done; }))
                    std::this_thread::yield();
        });
        while (done < 1'000) {
            loop.wait(std::nullopt);
            loop.poll(10);
        }
        QCOMPARE(done, 1'000);
    }

    void waitsUntilItsTime() {
        Loop loop;
        const Duration until = Loop::now() + 30ms;
        // A wait may end a little early, but not at once.
        int rounds = 0;
        for (; Loop::now() < until; ++rounds)
            loop.wait(until);
        QVERIFY2(rounds <= 30, qPrintable(QString::number(rounds)));
        loop.wait(Loop::now() - 1s);  // In the past: returns at once, or this test never ends.
    }

    void takesNoMoreThanItsBound() {
        Loop loop;
        int posted = 0;
        while (loop.post([] {}))
            ++posted;
        QVERIFY(posted >= 1'000 && posted < 100'000);
        // The end is posted even if the queue is full.
        bool ended = false;
        loop.postAlways([&] { ended = true; });
        loop.poll(10);
        QVERIFY(ended);
        QVERIFY(loop.post([] {}));
    }

    void runsWorkOnItsOwnThread() {
        struct Noted : storage::Work {
            void run() override { ranOn = std::this_thread::get_id(); }
            std::thread::id ranOn;
        };
        Loop loop;
        Worker worker([&] { loop.wake(); });
        QVERIFY(!worker.busy());
        for (int i = 0; i < 100; ++i) {
            worker.start(std::make_unique<Noted>());
            QVERIFY(worker.busy());
            std::unique_ptr<storage::Work> work;
            while (!(work = worker.takeFinished())) {
                loop.wait(std::nullopt);
                loop.poll(10);
            }
            QVERIFY(!worker.busy());
            QVERIFY(static_cast<Noted&>(*work).ranOn != std::this_thread::get_id());
        }
        worker.start(std::make_unique<Noted>());
        worker.waitForEnd();
        QVERIFY(worker.takeFinished() != nullptr);
    }

    // Its signals go to the loop's thread, but a fault is the thread's own.
    void guardsAgainstFaultsOnItsOwnThread() {
        struct Faulting : storage::Work {
            void run() override {
                ended = storage::guarded([] { static_cast<void>(std::raise(SIGBUS)); });
            }
            std::optional<bool> ended;
        };
        storage::installGuard();
        Worker worker([] {});
        worker.start(std::make_unique<Faulting>());
        worker.waitForEnd();
        const auto work = worker.takeFinished();
        QCOMPARE(static_cast<Faulting&>(*work).ended, std::optional(false));
    }
};

ORRERY_TEST_CLASS(LoopTest)
#include "loop_test.moc"
