#include <QtTest>

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/prng.h"
#include "core/table/apply.h"
#include "core/table/collection_size.h"
#include "core/table/expiry.h"
#include "core/table/prepared_item.h"
#include "core/table/stored_item.h"
#include "core/types/item_codec.h"
#include "core/types/item_size.h"
#include "core/types/storage_key.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::table;

namespace {

const KeySpaceId kTable(1);
const KeySpaceId kIndex(2);

types::Item item(const std::string& pk, const std::string& color) {
    types::Item made;
    made.set("pk", types::AttributeValue::string(pk));
    if (!color.empty()) made.set("color", types::AttributeValue::string(color));
    return made;
}

/// A tree as a plain map, which applies records made in the same way as a leader's.
class Tree {
public:
    Tree() {
        m_schema.group = GroupId(9);
        m_schema.keys.partition = {"pk", types::AttributeType::String};
        IndexDefinition index;
        index.space = kIndex;
        index.keys.partition = {"pk", types::AttributeType::String};
        index.keys.sort = types::KeyAttribute{"color", types::AttributeType::String};
        index.projection.kind = ProjectionKind::KeysOnly;
        m_schema.localIndexes.push_back(index);
    }

    void put(const std::string& pk, const std::string& color) { write(pk, item(pk, color)); }
    void put(const std::string& pk, std::int64_t expiry) { write(pk, item(pk, "red"), expiry); }
    void remove(const std::string& pk) { write(pk, std::nullopt); }
    /// Prepares, and later commits or cancels, a put (`after`), a delete (none) or a check.
    void prepare(const std::string& pk, TransactionAction action, const std::string& color = "",
                 std::int64_t stamp = 5000) {
        LogRecord record = resolution(RecordKind::TransactionPrepare, pk, action, color);
        record.stamp = CalendarTime(Duration(stamp));
        const std::string key = preparedKey(m_schema.group, record.key);
        // Prepared before, with a lower stamp.
        if (m_tree.contains(key)) record.oldItem = OldItem{0, preparedChecksum(key, record)};
        apply(record);
    }
    void commit(const std::string& pk, TransactionAction action, const std::string& color = "",
                std::int64_t stamp = 5000) {
        LogRecord record = resolution(RecordKind::TransactionCommit, pk, action, color);
        record.stamp = CalendarTime(Duration(stamp));
        addOld(record);
        if (action == TransactionAction::Check && record.oldImage) {
            record.newImage = std::exchange(record.oldImage, std::nullopt);
            record.newItemBytes = record.oldItem->itemBytes;
        }
        if (m_sizesCollections && action != TransactionAction::Check) addSize(pk, record);
        apply(record);
    }
    void cancel(const std::string& pk, TransactionAction action, const std::string& color = "") {
        apply(resolution(RecordKind::TransactionCancel, pk, action, color));
    }
    bool isPrepared(const std::string& pk) const {
        return m_tree.contains(preparedKey(m_schema.group, keyOf(pk)));
    }
    const SharedBytes* stored(const std::string& pk) const {
        const auto found = m_tree.find(keyOf(pk));
        return found == m_tree.end() ? nullptr : &found->second;
    }
    StoredHeader headerOf(const std::string& pk) const {
        return decodeStored(keyOf(pk), **stored(pk))->header;
    }
    std::optional<PreparedItem> prepared(const std::string& pk) const {
        const std::string key = preparedKey(m_schema.group, keyOf(pk));
        return decodePrepared(key, *m_tree.at(key));
    }

    /// From now on records carry the size of the collection. Before, they are of version 1.
    void sizeCollections() { m_sizesCollections = true; }

    std::uint64_t collectionBytes(const std::string& pk) const {
        const std::string key = collectionSizeKey(m_schema.group, keyOf(pk));
        const auto found = m_tree.find(key);
        return found == m_tree.end() ? 0 : decodeCollectionSize(key, found->second).value();
    }
    std::uint64_t scannedCollectionBytes(const std::string& pk) const {
        std::uint64_t bytes = 0;
        for (const KeySpaceId space : {kTable, kIndex}) {
            const std::string prefix =
                types::collectionPrefix(space, types::AttributeValue::string(pk));
            for (auto entry = m_tree.lower_bound(prefix);
                 entry != m_tree.end() && entry->first.starts_with(prefix); ++entry)
                bytes += decodeStored(entry->first, *entry->second)->header.itemBytes;
        }
        return bytes;
    }

    std::uint64_t scannedChecksum() const {
        std::uint64_t sum = 0;
        for (const auto& [key, stored] : m_tree) {
            const auto decoded = decodeStored(key, *stored);
            sum += entryChecksum(key, std::string_view(*stored).substr(decoded->attributesAt));
        }
        return sum;
    }
    std::size_t entries(KeySpaceId space) const {
        return static_cast<std::size_t>(
            std::distance(m_tree.lower_bound(types::keySpaceBegin(space)),
                          m_tree.lower_bound(types::keySpaceEnd(space))));
    }
    /// The keys of the items that expire, and when, earliest first.
    std::vector<std::pair<std::string, std::int64_t>> expiring() const {
        std::vector<std::pair<std::string, std::int64_t>> found;
        auto entry = m_tree.lower_bound(expiryBegin(m_schema.group));
        for (; entry != m_tree.end() && entry->first < expiryEnd(m_schema.group); ++entry) {
            const ExpiryEntry parsed = parseExpiryKey(entry->first).value();
            for (const char* pk : {"a", "b", "c"})
                if (parsed.storageKey == keyOf(pk)) found.emplace_back(pk, parsed.expiry);
        }
        return found;
    }
    storage::TreeMark mark;

private:
    static std::string keyOf(const std::string& pk) {
        return types::storageKey(kTable, {types::AttributeValue::string(pk), std::nullopt});
    }
    bool knowsCollection(const std::string& pk) const {
        return scannedCollectionBytes(pk) == 0 ||
               m_tree.contains(collectionSizeKey(m_schema.group, keyOf(pk)));
    }

    static LogRecord resolution(RecordKind kind, const std::string& pk, TransactionAction action,
                                const std::string& color) {
        LogRecord record;
        record.kind = kind;
        record.space = kTable;
        record.key = keyOf(pk);
        record.transactionId = "id";
        record.ledger = GroupId(77);
        record.action = action;
        if (action == TransactionAction::Put) {
            record.newImage = types::encodeItem(item(pk, color));
            record.newItemBytes = static_cast<std::uint32_t>(types::itemBytes(item(pk, color)));
        }
        return record;
    }

    void addOld(LogRecord& record) const {
        const auto found = m_tree.find(record.key);
        if (found == m_tree.end()) return;
        const auto decoded = decodeStored(record.key, *found->second);
        record.oldImage = found->second->substr(decoded->attributesAt);
        record.oldItem =
            OldItem{decoded->header.itemBytes, entryChecksum(record.key, *record.oldImage)};
    }

    void addSize(const std::string& pk, LogRecord& record) const {
        const auto delta = static_cast<std::uint64_t>(
            collectionDelta(record, localIndexChanges(record, m_schema)));
        record.collection =
            CollectionSize{scannedCollectionBytes(pk) + delta, !knowsCollection(pk)};
    }

    void write(const std::string& pk, std::optional<types::Item> after,
               std::optional<std::int64_t> expiry = std::nullopt) {
        LogRecord record;
        record.kind = after ? RecordKind::Put : RecordKind::Delete;
        record.space = kTable;
        record.key = keyOf(pk);
        addOld(record);
        if (after) {
            record.newImage = types::encodeItem(*after);
            record.newItemBytes = static_cast<std::uint32_t>(types::itemBytes(*after));
        }
        if (m_sizesCollections) addSize(pk, record);
        record.oldExpiry = std::exchange(m_expiries[pk], expiry);
        record.newExpiry = expiry;
        apply(record);
    }

    void apply(LogRecord record) {
        record.committedAt = CalendarTime(Duration(1000 + ++m_writes));
        // Whatever is applied comes from a log.
        record = decodeRecord(encodeRecord(record)).value();
        const Lsn lsn = mark.applied.next();
        const AppliedRecord applied = applyRecord(record, lsn, m_schema);
        for (const auto& change : applied.changes) {
            if (change.image) {
                m_tree[change.key] = change.image;
            } else {
                m_tree.erase(change.key);
            }
        }
        advance(mark, applied, lsn);
    }

    ApplySchema m_schema;
    std::map<std::string, SharedBytes> m_tree;
    std::map<std::string, std::optional<std::int64_t>> m_expiries;
    std::int64_t m_writes = 0;
    bool m_sizesCollections = false;
};

}  // namespace

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
