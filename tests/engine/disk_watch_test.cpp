// Goal: the worst state of the disk holds, and each failure is reported once.
// Method: the failures and probes that the driver would notify, in an order that real disks rarely
// show.

#include "core/engine/disk_watch.h"

#include <QTest>

#include <cerrno>
#include <string>
#include <vector>

#include "core/storage/storage_error.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using engine::DiskState;
using engine::DiskWatch;
using storage::Health;
using storage::StorageError;

namespace {

const StorageError kNoSpace{"write", ENOSPC, "log.mdb", ""};
const StorageError kBadSync{"fsync", EIO, "log.mdb", ""};
const StorageError kDamage{"read an item", storage::kCorrupted, "tree.mdb", ""};

/// A disk with this much room.
auto left(std::uint64_t bytes) {
    return [bytes](std::uint64_t wanted) { return bytes >= wanted; };
}

struct Watched {
    std::vector<std::string> sentences;
    DiskWatch disk{[this](const std::string& sentence) { sentences.push_back(sentence); }};
};

}  // namespace

class DiskWatchTest : public QObject {
    Q_OBJECT
private slots:
    void acceptsWritesAgainOnceAProbeFindsRoom() {
        Watched watched;
        watched.disk.foundNoRoom(1s, kNoSpace);
        watched.disk.foundNoRoom(1s, kNoSpace);
        QVERIFY(watched.disk.state() == DiskState::Full && !watched.disk.acceptsWrites());
        QVERIFY(watched.disk.probeAt() == Duration(2s));
        watched.disk.probed(2s, left(0));
        QVERIFY(watched.disk.probeAt() == Duration(3s));
        QCOMPARE(watched.sentences.size(), std::size_t{1});
        watched.disk.probed(3s, left(engine::kRoomBytes));
        QVERIFY(watched.disk.acceptsWrites() && !watched.disk.probeAt());
        QVERIFY(watched.disk.problem().empty());
        QCOMPARE(watched.sentences.size(), std::size_t{2});
    }

    void acceptsOnlyDeletionsWhileLittleRoomIsLeft() {
        Watched watched;
        watched.disk.hasLeft(1s, engine::kLowBytes);
        QVERIFY(watched.disk.acceptsWrites() && !watched.disk.probeAt());
        watched.disk.hasLeft(1s, engine::kLowBytes - 1);
        QVERIFY(watched.disk.state() == DiskState::Low);
        QVERIFY(!watched.disk.acceptsWrites() && watched.disk.acceptsDeletions());
        QVERIFY(watched.disk.probeAt() == Duration(2s));
        watched.disk.hasLeft(1s, 0);
        watched.disk.probed(2s, left(engine::kRoomBytes - 1));
        QVERIFY(watched.disk.state() == DiskState::Low);
        QVERIFY(watched.disk.probeAt() == Duration(3s));
        QCOMPARE(watched.sentences.size(), std::size_t{1});
        watched.disk.probed(3s, left(engine::kRoomBytes));
        QVERIFY(watched.disk.acceptsWrites() && !watched.disk.probeAt());
        QVERIFY(watched.disk.problem().empty());
    }

    // What a write did not fit into may be enough for a deletion.
    void aFullDiskWithLittleRoomAcceptsDeletions() {
        Watched watched;
        watched.disk.storeFailed(1s, Health::CommitFailed, kNoSpace);
        QVERIFY(!watched.disk.acceptsDeletions() && watched.disk.isOnlyForReads());
        watched.disk.hasLeft(1s, engine::kLowBytes - 1);
        QVERIFY(watched.disk.state() == DiskState::Full);
        watched.disk.probed(2s, left(engine::kFreeingBytes));
        QVERIFY(watched.disk.state() == DiskState::Low);
        QVERIFY(watched.disk.acceptsDeletions() && !watched.disk.isOnlyForReads());
        watched.disk.foundNoRoom(3s, kNoSpace);
        QVERIFY(watched.disk.state() == DiskState::Full && !watched.disk.acceptsDeletions());
    }

    // A commit without room reopens the world only for reads, until there is room.
    // Clients that fill and delete at once.
    void tellsOfADiskThatIsLowAndSoundInTurnsOnceAMinute() {
        Watched watched;
        for (Duration wall = 0s; wall < 59s; wall += 2s) {
            watched.disk.hasLeft(wall, 0);
            QVERIFY(!watched.disk.problem().empty() && !watched.disk.acceptsWrites());
            watched.disk.probed(wall + 1s, left(engine::kRoomBytes));
            QVERIFY(watched.disk.problem().empty() && watched.disk.acceptsWrites());
        }
        QCOMPARE(watched.sentences.size(), std::size_t{2});
        watched.disk.hasLeft(60s, 0);
        QCOMPARE(watched.sentences.size(), std::size_t{3});
        QCOMPARE(watched.sentences.front(), watched.sentences.back());
    }

    void tellsOfADiskThatIsLowAndFullInTurnsOnce() {
        Watched watched;
        for (Duration wall = 0s; wall < 200s; wall += 2s) {
            watched.disk.foundNoRoom(wall, kNoSpace);
            QVERIFY(watched.disk.state() == DiskState::Full);
            watched.disk.probed(wall + 1s, left(engine::kFreeingBytes));
            QVERIFY(watched.disk.state() == DiskState::Low);
        }
        QCOMPARE(watched.sentences.size(), std::size_t{1});
        watched.disk.probed(200s, left(engine::kRoomBytes));
        watched.disk.foundNoRoom(201s, kNoSpace);
        QCOMPARE(watched.sentences.size(), std::size_t{3});
    }

    // Replicas that lack changes need it, or the images of what is deleted.
    void itemsLeaveTheRoomThatIsOwed() {
        constexpr std::uint64_t kOwed = 3u << 20;
        Watched watched;
        watched.disk.owes(kOwed);
        watched.disk.hasLeft(1s, engine::kLowBytes + kOwed);
        QVERIFY(watched.disk.acceptsWrites());
        watched.disk.hasLeft(2s, engine::kLowBytes + kOwed - 1);
        QVERIFY(!watched.disk.acceptsWrites() && watched.disk.acceptsDeletions());
        QVERIFY(watched.disk.problem().find("until 7 MB are free, since") != std::string::npos);
        watched.disk.probed(3s, left(engine::kRoomBytes + kOwed - 1));
        QVERIFY(!watched.disk.acceptsWrites());
        watched.disk.owes(0);
        watched.disk.probed(4s, left(engine::kRoomBytes));
        QVERIFY(watched.disk.acceptsWrites());
    }

    void reopensOnlyForReadsWhileTheDiskIsFull() {
        Watched watched;
        watched.disk.storeFailed(1s, Health::CommitFailed, kNoSpace);
        QVERIFY(watched.disk.state() == DiskState::Full && watched.disk.isOnlyForReads());
        watched.disk.probed(2s, left(engine::kRoomBytes));
        QVERIFY(watched.disk.acceptsWrites() && !watched.disk.isOnlyForReads());
        watched.disk.storeFailed(3s, Health::CommitFailed, kBadSync);
        QVERIFY(watched.disk.acceptsWrites() && !watched.disk.isOnlyForReads());
    }

    // A probe that found room once said that writes were accepted, and let the store be written.
    void aFullDiskThatFailsIsNotWrittenAgain() {
        Watched watched;
        watched.disk.foundNoRoom(1s, kNoSpace);
        watched.disk.storeFailed(2s, Health::ReadOnly, kBadSync);
        QVERIFY(watched.disk.state() == DiskState::Failed && !watched.disk.probeAt());
        const std::string problem = watched.disk.problem();
        watched.disk.probed(3s, left(engine::kRoomBytes));
        QVERIFY(watched.disk.state() == DiskState::Failed && watched.disk.isOnlyForReads());
        QVERIFY(!problem.empty() && watched.disk.problem() == problem);
        QCOMPARE(watched.sentences.size(), std::size_t{2});
    }

    void damageOutlastsAFullDisk() {
        Watched watched;
        watched.disk.foundNoRoom(1s, kNoSpace);
        QVERIFY(watched.disk.foundDamage(kDamage, "Writes are refused: "));
        QVERIFY(!watched.disk.foundDamage(kDamage, "Writes are refused: "));
        QVERIFY(watched.disk.state() == DiskState::Damaged && !watched.disk.probeAt());
        watched.disk.probed(2s, left(engine::kRoomBytes));
        watched.disk.foundNoRoom(3s, kNoSpace);
        QVERIFY(watched.disk.state() == DiskState::Damaged);
        QVERIFY(watched.disk.problem().starts_with("Writes are refused: "));
        QVERIFY(!watched.disk.isOnlyForReads());
    }

    void reportsAWorldThatFailsAgainOnlyOnce() {
        Watched watched;
        QVERIFY(watched.disk.worldFailed(kDamage));
        QVERIFY(!watched.disk.worldFailed(kDamage));
        QVERIFY(watched.disk.state() == DiskState::Failed && watched.disk.isOnlyForReads());
        QCOMPARE(watched.sentences.size(), std::size_t{1});
    }
};

ORRERY_TEST_CLASS(DiskWatchTest)
#include "disk_watch_test.moc"
