#include "core/engine/work_sharing.h"

#include <QTest>
#include <atomic>
#include <memory>
#include <semaphore>
#include <utility>
#include <vector>

#include "tests/support/test_main.h"

// Goal: each piece runs once, on one of the two threads, and comes back in its order, whichever
// thread is slow.
// Method: pieces that wait for one another, so that who runs what is known.

using namespace orrery;
using storage::Reader;

namespace {

using Pieces = std::vector<std::unique_ptr<storage::Piece>>;

class Counted : public storage::Piece {
public:
    explicit Counted(int itsNumber) : number(itsNumber) {}
    void run(Reader by) override {
        reader = by;
        ++runs;
    }

    const int number;
    int runs = 0;
    Reader reader{};
};

/// Says that the helper has it, and runs until it is let go.
class Held : public Counted {
public:
    Held(int itsNumber, std::binary_semaphore& begun, std::binary_semaphore& letGo)
        : Counted(itsNumber), m_begun(begun), m_letGo(letGo) {}
    void run(Reader by) override {
        Counted::run(by);
        m_begun.release();
        m_letGo.acquire();
    }

private:
    std::binary_semaphore& m_begun;
    std::binary_semaphore& m_letGo;
};

class Releasing : public Counted {
public:
    Releasing(int itsNumber, std::binary_semaphore& letGo) : Counted(itsNumber), m_letGo(letGo) {}
    void run(Reader by) override {
        Counted::run(by);
        m_letGo.release();
    }

private:
    std::binary_semaphore& m_letGo;
};

Pieces counted(int first, int last) {
    Pieces pieces;
    for (int number = first; number <= last; ++number)
        pieces.push_back(std::make_unique<Counted>(number));
    return pieces;
}

std::unique_ptr<Counted> next(engine::WorkSharing& sharing) {
    return std::unique_ptr<Counted>(static_cast<Counted*>(sharing.next().release()));
}

}  // namespace

class WorkSharingTest : public QObject {
    Q_OBJECT
private slots:
    void givesAllPiecesBackInOrder() {
        std::atomic<int> wakes = 0;
        engine::Worker worker([&] { ++wakes; });
        engine::WorkSharing sharing(worker);
        for (int round = 0; round < 50; ++round) {
            sharing.share(counted(0, 99));
            for (int number = 0; number < 100; ++number) {
                const auto piece = next(sharing);
                QCOMPARE(piece->number, number);
                QCOMPARE(piece->runs, 1);
            }
        }
        sharing.drop();
        QTRY_COMPARE(wakes.load(), 50);  // The worker wakes the loop after its work has ended.
    }

    void theOwnerRunsTheOthersWhileTheHelperIsAtOne() {
        std::binary_semaphore begun(0);
        std::binary_semaphore letGo(0);
        engine::Worker worker([] {});
        engine::WorkSharing sharing(worker);
        Pieces pieces = counted(1, 4);
        pieces.insert(pieces.begin(), std::make_unique<Held>(0, begun, letGo));
        pieces.push_back(std::make_unique<Releasing>(5, letGo));
        sharing.share(std::move(pieces));
        begun.acquire();
        const auto first = next(sharing);  // Ends only after the owner has run the last one.
        QCOMPARE(first->number, 0);
        QVERIFY(first->reader == Reader::Worker);
        for (int number = 1; number <= 5; ++number)
            QVERIFY(next(sharing)->reader == Reader::Owner);
    }

    void dropsWhatIsLeft() {
        engine::Worker worker([] {});
        engine::WorkSharing sharing(worker);
        sharing.share(counted(0, 999));
        QCOMPARE(next(sharing)->number, 0);
        sharing.drop();
        QVERIFY(!worker.busy());
        sharing.share(counted(7, 7));
        QCOMPARE(next(sharing)->number, 7);
    }
};

ORRERY_TEST_CLASS(WorkSharingTest)
#include "work_sharing_test.moc"
