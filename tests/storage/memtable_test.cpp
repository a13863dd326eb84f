#include "core/storage/memtable.h"

#include <QTest>

#include "core/base/prng.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::storage;

namespace {

std::string seen(const Memtable& memtable, VolumeId volume, const std::string& key) {
    const Memtable::Slot* slot = memtable.find(volume, key, keyHash(key));
    if (slot == nullptr) return "(ask the tree)";
    return slot->image == nullptr ? "(deleted)" : *slot->image;
}

}  // namespace

class MemtableTest : public QObject {
    Q_OBJECT
private slots:
    void sharesAnImageAndFreesItOnceEveryZoneHasPassedIt() {
        Memtable memtable;
        const SharedBytes old = share("old");
        const SharedBytes now = share("now");
        for (std::uint16_t volume = 0; volume < 3; ++volume)
            memtable.put(VolumeId(volume), {"k", old});
        QCOMPARE(old.use_count(), 4);
        const std::uint64_t bytes = memtable.bytes();
        memtable.put(VolumeId(0), {"k", now});
        QVERIFY(memtable.bytes() > bytes);
        memtable.put(VolumeId(1), {"k", now});
        QCOMPARE(seen(memtable, VolumeId(1), "k"), std::string("now"));
        QCOMPARE(seen(memtable, VolumeId(2), "k"), std::string("old"));
        memtable.put(VolumeId(2), {"k", now});
        QCOMPARE(old.use_count(), 1);
        QCOMPARE(memtable.bytes(), bytes);
        memtable.put(VolumeId(2), {"k", nullptr});
        QCOMPARE(seen(memtable, VolumeId(2), "k"), std::string("(deleted)"));
        QCOMPARE(seen(memtable, VolumeId(3), "k"), std::string("(ask the tree)"));
    }

    // Bytes that are counted up must be counted down to nothing, and the index must follow every
    // erasure, whatever stood in whose way.
    void countsAndFindsWhatIsThere() {
        Prng prng(3);
        Memtable memtable;
        std::map<std::pair<std::string, std::uint16_t>, std::string> model;
        for (int step = 0; step < 20'000; ++step) {
            const std::string key = std::to_string(prng.below(400));
            const auto volume = static_cast<std::uint16_t>(prng.below(7));
            if (prng.chance({1, 2})) {
                const SharedBytes image = prng.chance({1, 4}) ? nullptr : share(key + "!");
                memtable.put(VolumeId(volume), {key, image});
                model[{key, volume}] = image == nullptr ? "(deleted)" : *image;
            } else if (prng.chance({9, 10})) {
                memtable.forget(VolumeId(volume), key);
                model.erase({key, volume});
            } else {
                const std::string end = key + "9";
                memtable.eraseRange(key, end, UINT64_MAX);
                std::erase_if(model, [&](const auto& entry) {
                    return entry.first.first >= key && entry.first.first < end;
                });
            }
            const std::string other = std::to_string(prng.below(400));
            const auto at = model.find({other, volume});
            QCOMPARE(seen(memtable, VolumeId(volume), other),
                     at == model.end() ? "(ask the tree)" : at->second);
        }
        memtable.setMark(VolumeId(1), GroupId(2), {});
        memtable.setMark(VolumeId(2), GroupId(2), {});
        QVERIFY(!memtable.empty());
        memtable.eraseMarks(GroupId(2));
        memtable.eraseRange("", "", UINT64_MAX);
        QVERIFY(memtable.empty());
        QCOMPARE(memtable.bytes(), std::uint64_t{0});
    }

    void isDismantledInSteps() {
        Memtable memtable;
        const SharedBytes image = share("image");
        for (std::uint16_t volume = 0; volume < 5; ++volume) {
            for (int key = 0; key < 100; ++key)
                memtable.put(VolumeId(volume), {std::to_string(key), image});
            memtable.setMark(VolumeId(volume), GroupId(1), {});
        }
        long uses = image.use_count();
        while (!memtable.empty()) {
            QVERIFY(memtable.dismantle(7) > 0);
            // An entry has an image for each zone.
            QVERIFY(uses - image.use_count() <= 7 * 3);
            uses = image.use_count();
        }
        QCOMPARE(uses, 1L);
        QCOMPARE(memtable.dismantle(7), std::size_t{0});
    }
};

ORRERY_TEST_CLASS(MemtableTest)
#include "memtable_test.moc"
