// Goal: what is stored of a global table comes back as it was, what is corrupt is refused, and the
// list finds each by its id and by its replicas.

#include "core/cluster/catalog/global_table.h"

#include <QTest>

#include "core/base/prng.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::cluster;

namespace {

GlobalTable some() {
    GlobalTable table;
    table.id = 300;
    table.consistency = GlobalConsistency::Strong;
    table.journal = {KeySpaceId(40),
                     {RegionId(2), RegionId(0), RegionId(1)},
                     "us-west-2",
                     {{GroupId(31), "", "m", ZoneIndex(1)}, {GroupId(32), "m", "", ZoneIndex(2)}}};
    table.replicas = {
        {KeySpaceId(7), ReplicaStatus::Active, CalendarTime(Duration(5)), KeySpaceId{}, {}},
        {KeySpaceId(900), ReplicaStatus::Creating, CalendarTime(Duration(6)), KeySpaceId(7), {}}};
    return table;
}

}  // namespace

class GlobalTableTest : public QObject {
    Q_OBJECT
private slots:
    void comesBackAsItWas() {
        QVERIFY(decodeGlobalTable(encodeGlobalTable(some())) == some());
        for (const ReplicaStatus status : {ReplicaStatus::Updating, ReplicaStatus::Deleting}) {
            GlobalTable table = some();
            table.consistency = GlobalConsistency::Eventual;
            table.journal.reset();
            table.replicas.back().status = status;
            QVERIFY(decodeGlobalTable(encodeGlobalTable(table)) == table);
        }
    }

    void refusesWhatCannotBe() {
        const std::string sound = encodeGlobalTable(some());
        for (std::size_t size = 0; size < sound.size(); ++size)
            QVERIFY(!decodeGlobalTable(sound.substr(0, size)));
        QVERIFY(!decodeGlobalTable(sound + 'x'));
        const auto refused = [](auto change) {
            GlobalTable table = some();
            change(table);
            return !decodeGlobalTable(encodeGlobalTable(table));
        };
        QVERIFY(refused([](GlobalTable& table) { table.id = 0; }));
        QVERIFY(refused([](GlobalTable& table) { table.replicas.clear(); }));
        QVERIFY(refused([](GlobalTable& table) { table.replicas[0].table = KeySpaceId{}; }));
        QVERIFY(refused([](GlobalTable& table) { table.replicas[0] = table.replicas[1]; }));
        QVERIFY(refused(
            [](GlobalTable& table) { table.replicas[0].status = static_cast<ReplicaStatus>(4); }));
        QVERIFY(refused(
            [](GlobalTable& table) { table.consistency = static_cast<GlobalConsistency>(2); }));
        QVERIFY(refused([](GlobalTable& table) { table.journal.reset(); }));
        QVERIFY(
            refused([](GlobalTable& table) { table.consistency = GlobalConsistency::Eventual; }));
        QVERIFY(refused([](GlobalTable& table) { table.journal->space = KeySpaceId{}; }));
        QVERIFY(refused([](GlobalTable& table) { table.journal->seats[1] = RegionId(2); }));
        QVERIFY(refused([](GlobalTable& table) { table.journal->partitions.clear(); }));
        QVERIFY(refused([](GlobalTable& table) { table.journal->partitions.pop_back(); }));
        QVERIFY(refused(
            [](GlobalTable& table) { table.journal->partitions[1].begin = std::string(1, 'n'); }));
        QVERIFY(refused([](GlobalTable& table) { table.journal->partitions[0].group = {}; }));
        Prng prng(11);
        for (int i = 0; i < 10'000; ++i) {
            std::string noise(prng.below(60), '\0');
            for (char& byte : noise)
                byte = static_cast<char>(prng.below(256));
            if (const auto read = decodeGlobalTable(noise))
                QVERIFY(decodeGlobalTable(encodeGlobalTable(*read)) == read);
        }
    }

    void findsByIdAndByReplica() {
        GlobalTableList list;
        list.put(std::make_shared<const GlobalTable>(some()));
        QVERIFY(list.find(300) == list.ofTable(KeySpaceId(7)));
        QVERIFY(list.ofTable(KeySpaceId(900)) != nullptr);
        QVERIFY(list.ofTable(KeySpaceId(8)) == nullptr);
        QVERIFY(list.ofJournal(KeySpaceId(40)) == list.find(300));
        QVERIFY(list.strong(KeySpaceId(7)) == list.find(300));
        QVERIFY(list.find(300)->find(KeySpaceId(900))->source == KeySpaceId(7));
        QVERIFY(list.find(300)->find(KeySpaceId(8)) == nullptr);

        GlobalTable smaller = some();
        smaller.replicas.pop_back();
        list.put(std::make_shared<const GlobalTable>(smaller));
        QVERIFY(list.ofTable(KeySpaceId(900)) == nullptr);
        QVERIFY(*list.ofTable(KeySpaceId(7)) == smaller);
        QCOMPARE(list.size(), std::size_t{1});
        list.erase(300);
        list.erase(300);
        QVERIFY(list.ofTable(KeySpaceId(7)) == nullptr);
        QVERIFY(list.ofJournal(KeySpaceId(40)) == nullptr);
        QCOMPARE(list.size(), std::size_t{0});
    }
};

ORRERY_TEST_CLASS(GlobalTableTest)
#include "global_table_test.moc"
