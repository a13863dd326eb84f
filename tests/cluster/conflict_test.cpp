// Goal: a conflict and its id are read as they were stored, and an earlier version's, too; what is
// damaged is refused.

#include "core/cluster/global/conflict.h"

#include <QTest>

#include "core/base/bytes.h"
#include "core/base/prng.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;

namespace {

Conflict some() {
    Conflict conflict;
    conflict.id = {CalendarTime(Duration(7)), GroupId(300), Lsn(5)};
    conflict.key = std::string("\0\0\0\7key", 7);
    conflict.keyImage = "key image";
    conflict.run = {{CalendarTime(Duration(6)), 700},
                    {CalendarTime(Duration(5)), 100},
                    {CalendarTime(Duration(7)), 400}};
    conflict.lost = {CalendarTime(Duration(1)), "a", CalendarTime(Duration(2)), -5s, "lost", false};
    conflict.winner = {CalendarTime(Duration(3)), "b", CalendarTime(Duration(4)), 5s, {}, true};
    conflict.foundAt = CalendarTime(Duration(9));
    return conflict;
}

}  // namespace

class ConflictTest : public QObject {
    Q_OBJECT
private slots:
    void whatIsStoredComesBack() {
        const Conflict before = some();
        auto stored = decodeConflict(before.id, encodeConflict(before, 4));
        QVERIFY(stored.has_value());
        QCOMPARE(stored->imageBytes, 4u);
        QVERIFY(!(stored->conflict == before));
        QVERIFY(decodeConflictItems(encodeConflictItems(before), stored->conflict));
        QVERIFY(stored->conflict == before);
        const std::string bytes = encodeConflict(before, 4);
        const std::string items = encodeConflictItems(before);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            QVERIFY(!decodeConflict(before.id, bytes.substr(0, size)));
        for (std::size_t size = 0; size < items.size(); ++size)
            QVERIFY(!decodeConflictItems(items.substr(0, size), stored->conflict));
        QVERIFY(!decodeConflict(before.id, bytes + 'x'));
        QVERIFY(!decodeConflictItems(items + 'x', stored->conflict));
        const UnlistedRun run{before.key, before.run};
        const std::string runBytes = encodeUnlistedRun(run);
        QVERIFY(decodeUnlistedRun(before.id, runBytes) == run);
        for (std::size_t size = 0; size < runBytes.size(); ++size)
            QVERIFY(!decodeUnlistedRun(before.id, runBytes.substr(0, size)));
        QVERIFY(!decodeUnlistedRun(before.id, runBytes + 'x'));
    }

    // It took the parent of a run for the write before it.
    void aConflictOfAnEarlierVersionIsRead() {
        Conflict before = some();
        before.run.before = before.run.parent;
        std::string bytes = encodeConflict(before, 4);
        std::string runOfVersion2;
        std::string runOfVersion1;
        ByteWriter out(runOfVersion2);
        for (int i = 0; i < 2; ++i) {
            out.u64(5);
            out.varint(100);
        }
        out.varint(400);
        ByteWriter earlier(runOfVersion1);
        earlier.u64(5);
        earlier.varint(400);
        earlier.varint(300);
        bytes[0] = 1;
        bytes.replace(bytes.find(runOfVersion2), runOfVersion2.size(), runOfVersion1);
        auto stored = decodeConflict(before.id, bytes);
        QVERIFY(stored && decodeConflictItems(encodeConflictItems(before), stored->conflict));
        QVERIFY(stored->conflict == before);
    }

    void anIdIsReadBack() {
        Prng prng(3);
        for (int i = 0; i < 1000; ++i) {
            const auto below = [&](int bits) { return prng.below(1ull << prng.below(bits)); };
            const ConflictId id{CalendarTime(Duration(static_cast<std::int64_t>(below(62)))),
                                GroupId(below(50)), Lsn(below(60))};
            QVERIFY(ConflictId::parse(id.text()) == id);
        }
        for (const char* text : {"", "1", "1-2", "1-2-", "-2-3", "1-2-3-4", "1-2-g", "01-2-3",
                                 "1-2-3 ", "+1-2-3", "11111111111111111-2-3", "1-2-A"})
            QVERIFY2(!ConflictId::parse(text), text);
    }
};

ORRERY_TEST_CLASS(ConflictTest)
#include "conflict_test.moc"
