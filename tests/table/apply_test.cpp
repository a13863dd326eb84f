#include <QTest>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/prng.h"
#include "core/table/apply.h"
#include "core/types/item_codec.h"
#include "core/types/item_size.h"
#include "tests/support/test_main.h"
#include "tests/table/tree.h"

using namespace orrery;
using namespace orrery::table;

class ApplyTest : public QObject {
    Q_OBJECT
private slots:
    void indexesItemsByTheirExpiry() {
        using Expiring = std::vector<std::pair<std::string, std::int64_t>>;
        Tree tree;
        tree.put("a", 300);
        tree.put("b", 100);
        tree.put("c", 200);
        QCOMPARE(tree.expiring(), (Expiring{{"b", 100}, {"c", 200}, {"a", 300}}));
        tree.put("b", 400);
        tree.put("c", "red");
        tree.put("a", 300);
        QCOMPARE(tree.expiring(), (Expiring{{"a", 300}, {"b", 400}}));
        QCOMPARE(tree.mark.checksum, tree.scannedChecksum());
        tree.remove("a");
        tree.remove("b");
        QVERIFY(tree.expiring().empty());
        QCOMPARE(tree.mark.checksum, tree.scannedChecksum());
    }

    void keepsCountBytesAndChecksumAtApply() {
        Tree tree;
        tree.put("a", "red");
        tree.put("b", "");
        tree.put("a", "blue");
        QCOMPARE(tree.mark.itemCount, std::int64_t{2});
        QCOMPARE(tree.mark.itemBytes, std::int64_t(types::itemBytes(item("a", "blue")) +
                                                   types::itemBytes(item("b", ""))));
        QCOMPARE(tree.mark.checksum, tree.scannedChecksum());
        tree.remove("a");
        tree.remove("b");
        QCOMPARE(tree.mark.itemCount, std::int64_t{0});
        QCOMPARE(tree.mark.itemBytes, std::int64_t{0});
        QCOMPARE(tree.mark.checksum, std::uint64_t{0});
        QCOMPARE(tree.mark.deletedStampMax, std::uint64_t{1005});
    }

    void countsTheEntriesOfLocalIndexes() {
        Tree tree;
        const auto agrees = [&] {
            const auto& counts = tree.mark.localIndexes.at(0);
            return counts.count == static_cast<std::int64_t>(tree.entries(kIndex)) &&
                   counts.bytes == tree.entryBytes(kIndex);
        };
        tree.put("a", "red");
        tree.put("b", "");
        QCOMPARE(tree.mark.localIndexes.at(0).count, std::int64_t{1});
        QVERIFY(agrees());
        tree.put("a", "ultramarine");
        tree.put("b", "blue");
        QCOMPARE(tree.mark.localIndexes.at(0).count, std::int64_t{2});
        QVERIFY(agrees());
        tree.put("b", "");
        tree.prepare("b", TransactionAction::Put, "green");
        QCOMPARE(tree.mark.localIndexes.at(0).count, std::int64_t{1});
        tree.commit("b", TransactionAction::Put, "green");
        tree.commit("c", TransactionAction::Check, "", 5001);
        QVERIFY(agrees());
        tree.remove("a");
        tree.remove("b");
        QCOMPARE(tree.mark.localIndexes.at(0), storage::EntryCounts());
    }

    // The mark of a folder of format 4 has no such counts.
    void knowsTheEntriesOfLocalIndexesAgainOnceThereIsNoItem() {
        Tree tree;
        tree.put("a", "red");
        tree.mark.localIndexes.clear();
        tree.put("b", "blue");
        tree.remove("a");
        QVERIFY(tree.mark.localIndexes.empty());
        tree.remove("b");
        tree.put("c", "red");
        QCOMPARE(tree.mark.localIndexes.at(0).count, std::int64_t{1});
        QCOMPARE(tree.mark.localIndexes.at(0).bytes, tree.entryBytes(kIndex));
    }

    void keepsWhatIsPreparedApartFromItems() {
        Tree tree;
        tree.put("a", "red");
        tree.prepare("a", TransactionAction::Put, "blue");
        tree.prepare("b", TransactionAction::Put, "green");
        QVERIFY(tree.isPrepared("a") && tree.isPrepared("b"));
        QCOMPARE(tree.mark.itemCount, std::int64_t{1});
        QCOMPARE(tree.entries(kIndex), std::size_t{1});
        QVERIFY(tree.stored("b") == nullptr);
        QCOMPARE(tree.mark.checksum, tree.scannedChecksum());
        const auto prepared = tree.prepared("a");
        QCOMPARE(prepared->ledger, GroupId(77));
        QCOMPARE(prepared->transactionId, std::string("id"));
        QCOMPARE(prepared->stamp, CalendarTime(Duration(5000)));
        QCOMPARE(*prepared->image, types::encodeItem(item("a", "blue")));
    }

    void preparesAgainWithAHigherStamp() {
        Tree tree;
        tree.prepare("a", TransactionAction::Put, "blue");
        tree.prepare("a", TransactionAction::Put, "blue", 6000);
        QCOMPARE(tree.prepared("a")->stamp, CalendarTime(Duration(6000)));
        QCOMPARE(tree.mark.checksum, tree.scannedChecksum());
        tree.cancel("a", TransactionAction::Put, "blue");
        QVERIFY(!tree.isPrepared("a"));
        QCOMPARE(tree.mark.checksum, std::uint64_t{0});
    }

    void commitsPutsAndDeletes() {
        Tree tree;
        tree.sizeCollections();
        tree.put("a", "red");
        tree.put("b", "red");
        tree.prepare("a", TransactionAction::Put, "blue");
        tree.prepare("b", TransactionAction::Delete);
        tree.prepare("c", TransactionAction::Put, "green");
        tree.commit("a", TransactionAction::Put, "blue");
        tree.commit("b", TransactionAction::Delete);
        tree.commit("c", TransactionAction::Put, "green");
        QVERIFY(!tree.isPrepared("a") && !tree.isPrepared("b") && !tree.isPrepared("c"));
        QCOMPARE(tree.mark.itemCount, std::int64_t{2});
        QCOMPARE(tree.mark.itemBytes, std::int64_t(types::itemBytes(item("a", "blue")) +
                                                   types::itemBytes(item("c", "green"))));
        QCOMPARE(tree.entries(kIndex), std::size_t{2});
        QCOMPARE(tree.headerOf("a").stamp, CalendarTime(Duration(5000)));
        QCOMPARE(tree.mark.deletedStampMax, std::uint64_t{5000});
        QCOMPARE(tree.mark.checksum, tree.scannedChecksum());
        for (const char* pk : {"a", "b", "c"})
            QCOMPARE(tree.collectionBytes(pk), tree.scannedCollectionBytes(pk));
    }

    // A check leaves its stamp: at the item, or as that of a deletion.
    void commitsChecks() {
        Tree tree;
        tree.put("a", "red");
        const std::uint64_t before = tree.mark.checksum;
        tree.prepare("a", TransactionAction::Check);
        tree.prepare("none", TransactionAction::Check);
        tree.commit("a", TransactionAction::Check);
        QCOMPARE(tree.mark.deletedStampMax, std::uint64_t{0});
        tree.commit("none", TransactionAction::Check, "", 5001);
        QCOMPARE(tree.headerOf("a").stamp, CalendarTime(Duration(5000)));
        QCOMPARE(tree.mark.deletedStampMax, std::uint64_t{5001});
        QCOMPARE(tree.mark.itemCount, std::int64_t{1});
        QCOMPARE(tree.entries(kIndex), std::size_t{1});
        QCOMPARE(tree.mark.checksum, before);
    }

    void movesLocalIndexEntriesWithTheirItem() {
        Tree tree;
        tree.put("a", "red");
        QCOMPARE(tree.entries(kIndex), std::size_t{1});
        tree.put("a", "blue");
        QCOMPARE(tree.entries(kIndex), std::size_t{1});
        tree.put("a", "");
        QCOMPARE(tree.entries(kIndex), std::size_t{0});
        tree.put("a", "green");
        QCOMPARE(tree.entries(kIndex), std::size_t{1});
        QCOMPARE(tree.mark.checksum, tree.scannedChecksum());
        tree.remove("a");
        QCOMPARE(tree.entries(kIndex), std::size_t{0});
        QCOMPARE(tree.mark.checksum, std::uint64_t{0});
    }

    void keepsTheSizeThatARecordSays() {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            Prng prng(seed);
            Tree tree;
            const auto pk = [&] { return std::string(1, static_cast<char>('a' + prng.below(3))); };
            for (int i = 0; i < 60; ++i) {
                if (i == 20) tree.sizeCollections();
                const std::string key = pk();
                if (tree.scannedCollectionBytes(key) > 0 && prng.chance({1, 3}))
                    tree.remove(key);
                else
                    tree.put(key, std::string(prng.below(4), 'c'));
                QCOMPARE(tree.mark.checksum, tree.scannedChecksum());
                if (i < 20) continue;
                QCOMPARE(tree.collectionBytes(key), tree.scannedCollectionBytes(key));
            }
            for (const char* key : {"a", "b", "c"}) {
                if (tree.scannedCollectionBytes(key) > 0) tree.remove(key);
            }
            QCOMPARE(tree.mark.checksum, std::uint64_t{0});
        }
    }

    // As a leader of a global table writes them.
    void keepsTombstonesWithTheChecksum() {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            Prng prng(seed);
            Tree tree;
            tree.makeGlobal();
            for (int i = 0; i < 60; ++i) {
                const std::string pk(1, static_cast<char>('a' + prng.below(3)));
                const std::uint64_t what = prng.below(4);
                if (what == 0) {
                    tree.forget(pk);
                } else if (what == 1) {
                    tree.remove(pk);
                } else {
                    tree.put(pk, std::string(prng.below(4), 'c'));
                }
                QCOMPARE(tree.mark.checksum, tree.scannedChecksum());
                QVERIFY(!tree.tombstone(pk) || tree.stored(pk) == nullptr);
                QCOMPARE(tree.tombstone(pk).has_value(), what == 1);
            }
        }
    }

    void storesTheVersionOfAWrite() {
        Tree tree;
        tree.makeGlobal();
        tree.put("a", "red");
        QCOMPARE(*tree.headerOf("a").version, CalendarTime(Duration(7001)));
        QVERIFY(tree.headerOf("a").heads.front() ==
                (VersionHead{"us-east-1", CalendarTime(Duration(7001)), 1}));
        tree.remove("a");
        QCOMPARE(*tree.tombstone("a")->version, CalendarTime(Duration(7002)));
    }

    void remembersTheSourceOfIndexRecords() {
        LogRecord record;
        record.kind = RecordKind::IndexPut;
        record.space = kIndex;
        record.key = "entry";
        record.newImage = types::encodeItem(item("a", "red"));
        record.source = RecordSource{GroupId(4), Lsn(77)};
        ApplySchema schema;
        schema.group = GroupId(9);
        const AppliedRecord applied = applyRecord(record, Lsn(1), schema);
        QCOMPARE(applied.changes.size(), std::size_t{2});
        QVERIFY(applied.changes[1].key == sourceCursorKey(GroupId(9), GroupId(4)));
        const std::string& key = applied.changes[1].key;
        const SharedBytes cursor = applied.changes[1].image;
        QVERIFY(sourceCursor(key, cursor) == Lsn(77));
        QVERIFY(sourceCursor(key, nullptr) == Lsn{});
        // As version 1 wrote it: the key is the same, but the value has no checksum.
        QCOMPARE(QByteArray::fromStdString(key).toHex(),
                 QByteArray("0000000000000000000000090000000000000004"));
        QVERIFY(sourceCursor(key, share(cursor->substr(0, 8))) == Lsn(77));
        for (std::size_t bit = 0; bit < cursor->size() * 8; ++bit) {
            std::string damaged = *cursor;
            damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
            QVERIFY(!sourceCursor(key, share(damaged)));
        }
        for (const std::size_t size : {0, 1, 7, 9, 11})
            QVERIFY(!sourceCursor(key, share(cursor->substr(0, size))));
    }
};

ORRERY_TEST_CLASS(ApplyTest)
#include "apply_test.moc"
