// Goal: every write that a client was told of and that lost is listed once, with both versions, by
// the Region that made it, and nothing else is; over restarts and kills, and within bounds. Method:
// Regions with slow links in one world.

#include "core/cluster/global/conflict_ledger.h"

#include <QTest>

#include "core/types/item_codec.h"
#include "tests/cluster/replicas_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace std::chrono_literals;
using namespace orrery::cluster;
using types::AttributeValue;

namespace {

const std::string kEast = "us-east-1";
const std::string kWest = "us-west-2";
const std::string kThird = "ap-south-1";

/// Global table "T" with replicas in Regions that are a second apart.
class Regions : public test::ReplicasHarness {
public:
    explicit Regions(const std::vector<std::string>& others = {kWest})
        : ReplicasHarness(Profile::dropIn()) {
        test::createTableIn(*this, kEast);
        for (const std::string& other : others)
            addReplica(kEast, other);
        std::vector<std::string> all = others;
        all.push_back(kEast);
        for (const std::string& from : all) {
            for (const std::string& to : all)
                if (from != to) slowLink(from, to, 1s);
        }
    }

    /// Puts an item, or deletes it if `value` is empty.
    void write(const std::string& region, const std::string& pk, const std::string& value) {
        const auto id = submitIn(region, "PutItem", [=](const auto& catalog, const auto& caller) {
            WriteItem write;
            write.table = catalog.find(caller, "T");
            write.key.partition = AttributeValue::string(pk);
            write.action = DeleteAction{};
            types::Item item;
            item.set("pk", AttributeValue::string(pk));
            item.set("v", AttributeValue::string(value));
            if (!value.empty()) write.action = PutAction{std::move(item)};
            return ApiResult<Request>(std::move(write));
        });
        run(10ms);
        QVERIFY(done(id) && !failed(id));
    }
    ConflictsLook look(ConflictsLookRequest request = {}) {
        request.table = "T";
        auto found = world().lookConflicts(request);
        if (found) return *std::move(found);
        QTest::qFail(found.error().c_str(), __FILE__, __LINE__);
        return {};
    }
    /// "us-east-1 lost 2 of a: red (us-east-1) to XL (us-west-2)", one per line.
    std::string listed() {
        std::string lines;
        for (const auto& [conflict, region, tableId] : look().rows) {
            lines += region + " lost " + std::to_string(conflict.run.count()) + " of " +
                     attribute(conflict.keyImage, "pk") + ": " + shown(conflict.lost) + " to " +
                     shown(conflict.winner) + "\n";
        }
        return lines;
    }

private:
    static std::string attribute(const std::string& image, const std::string& name) {
        const auto item = types::decodeItem(image);
        const auto* value = item ? item->find(name) : nullptr;
        return value == nullptr ? "?" : *value->as<std::string>();
    }
    static std::string shown(const ConflictSide& side) {
        const std::string what = side.image ? attribute(*side.image, "v").substr(0, 20)
                                            : (side.isTooLarge ? "too large" : "gone");
        return what + " (" + side.region + ")";
    }
};

}  // namespace

class ConflictLedgerTest : public QObject {
    Q_OBJECT
private slots:
    void theWriteThatLostIsListedByItsRegion() {
        Regions t;
        t.write(kEast, "a", "M");
        t.run(3s);
        QCOMPARE(t.listed(), "");
        t.write(kEast, "a", "red");
        t.run(300ms);
        t.write(kWest, "a", "XL");
        QCOMPARE(t.listed(), "");
        t.run(3s);
        QCOMPARE(t.listed(), "us-east-1 lost 1 of a: red (us-east-1) to XL (us-west-2)\n");
        const Conflict conflict = t.look().rows[0].conflict;
        QCOMPARE(conflict.lost.committedAt, conflict.id.lostAt);
        QVERIFY(conflict.lost.version < conflict.winner.version);
        const Duration wait =
            conflict.foundAt.sinceEpoch() - conflict.winner.committedAt.sinceEpoch();
        QVERIFY(wait >= 1s && wait < 1100ms);
        // Whoever has seen the winner replaces it without a loss.
        t.write(kEast, "a", "next");
        t.run(3s);
        t.write(kWest, "a", "after");
        t.run(3s);
        QCOMPARE(t.look().rows.size(), 1u);
    }

    // All of them descend from one another.
    void severalWritesAreLostAtOnce() {
        Regions t;
        t.write(kWest, "a", "w0");
        for (int i = 1; i <= 5; ++i) {
            t.run(20ms);
            t.write(kEast, "a", "e" + std::to_string(i));
        }
        t.write(kWest, "a", "w1");
        t.run(5s);
        QCOMPARE(t.listed(), "us-east-1 lost 5 of a: e5 (us-east-1) to w1 (us-west-2)\n");
    }

    void whoeverIsAheadWins() {
        Regions t;
        QVERIFY(t.world().admit(SetRegionClock{kWest, -5s}).has_value());
        t.write(kEast, "a", "red");
        t.run(300ms);
        t.write(kWest, "a", "XL");
        t.run(5s);
        QCOMPARE(t.listed(), "us-west-2 lost 1 of a: XL (us-west-2) to red (us-east-1)\n");
        const Conflict conflict = t.look().rows[0].conflict;
        QVERIFY(conflict.lost.clockOffset == -5s && conflict.winner.clockOffset == 0s);
    }

    void deletionsLoseToo() {
        Regions t;
        for (const char* pk : {"a", "b", "c"})
            t.write(kEast, pk, "M");
        t.run(3s);
        t.write(kEast, "a", "");
        t.write(kEast, "b", "red");
        t.write(kEast, "c", "");
        t.write(kWest, "a", "XL");
        t.write(kWest, "b", "");
        // Both want the same.
        t.write(kWest, "c", "");
        t.run(3s);
        QCOMPARE(t.listed(),
                 "us-east-1 lost 1 of a: gone (us-east-1) to XL (us-west-2)\n"
                 "us-east-1 lost 1 of b: red (us-east-1) to gone (us-west-2)\n");
    }

    // It was written before the table was global, and nobody replaces it unseen.
    void anItemFromBeforeIsNoLoss() {
        test::ReplicasHarness t{Profile::dropIn()};
        test::createTableIn(t, kEast);
        t.putMany(kEast, "k", 50);
        t.addReplica(kEast, kWest);
        t.putMany(kWest, "k", 50);
        t.run(5s);
        t.putMany(kEast, "k", 50);
        t.run(5s);
        QVERIFY(t.world().lookConflicts({.table = "T"})->rows.empty());
    }

    // The third Region has seen the first write, and what it makes of it wins over the second.
    void whatAnotherRegionBuiltOnIsNoLossInTheEnd() {
        Regions t({kWest, kThird});
        t.slowLink(kEast, kThird, 0s);
        t.slowLink(kThird, kEast, 3s);
        t.slowLink(kThird, kWest, 3s);
        t.write(kEast, "a", "red");
        t.write(kWest, "a", "XL");
        t.run(100ms);
        t.write(kThird, "a", "red and green");
        t.run(2s);
        QCOMPARE(t.listed(), "us-east-1 lost 1 of a: red (us-east-1) to XL (us-west-2)\n");
        t.run(5s);
        QCOMPARE(t.listed(),
                 "us-west-2 lost 1 of a: XL (us-west-2) to red and green (ap-south-1)\n");
    }

    // Of three writes the third Region has seen one.
    void partOfThemMayBeLost() {
        Regions t({kWest, kThird});
        t.slowLink(kEast, kThird, 200ms);
        t.slowLink(kThird, kEast, 3s);
        t.slowLink(kThird, kWest, 3s);
        t.write(kEast, "a", "1");
        t.write(kEast, "a", "2");
        t.run(150ms);
        t.write(kEast, "a", "3");
        t.write(kWest, "a", "XL");
        t.run(60ms);
        t.write(kThird, "a", "1 and green");
        t.run(2s);
        QCOMPARE(t.listed(), "us-east-1 lost 3 of a: 3 (us-east-1) to XL (us-west-2)\n");
        t.run(5s);
        QCOMPARE(t.listed(),
                 "us-east-1 lost 2 of a: 3 (us-east-1) to XL (us-west-2)\n"
                 "us-west-2 lost 1 of a: XL (us-west-2) to 1 and green (ap-south-1)\n");
    }

    // The winner descends from writes that lost before, all or a part of them, and not from what
    // has been made since.
    void whatWasMadeOfAnEarlierWinnerIsCounted_data() {
        QTest::addColumn<int>("seen");
        QTest::addColumn<QString>("left");
        QTest::newRow("all") << 3 << "";
        QTest::newRow("a part") << 2 << "us-east-1 lost 1 of a: 3 (us-east-1) to XL (us-west-2)\n";
    }
    void whatWasMadeOfAnEarlierWinnerIsCounted() {
        QFETCH(int, seen);
        QFETCH(QString, left);
        Regions t({kWest, kThird});
        const auto link = [&t](const std::string& from, const std::string& to, Duration delay) {
            t.slowLink(from, to, delay);
        };
        link(kEast, kWest, 100s);
        link(kWest, kThird, 100s);
        link(kEast, kThird, 0s);
        link(kThird, kEast, 0s);
        link(kWest, kEast, 0s);
        for (int number = 1; number <= 3; ++number) {
            t.write(kEast, "a", std::to_string(number));
            t.run(100ms);
            if (number == seen) link(kEast, kThird, 100s);
        }
        link(kThird, kEast, 1s);
        t.write(kWest, "a", "XL");
        t.run(100ms);
        QCOMPARE(t.listed(), "us-east-1 lost 3 of a: 3 (us-east-1) to XL (us-west-2)\n");
        for (const char* value : {"XL1", "XL2", "XL3", "XL4"})
            t.write(kEast, "a", value);
        t.write(kThird, "a", "green");
        t.run(2s);
        QCOMPARE(QString::fromStdString(t.listed()),
                 left +
                     "us-west-2 lost 1 of a: XL (us-west-2) to green (ap-south-1)\n"
                     "us-east-1 lost 4 of a: XL4 (us-east-1) to green (ap-south-1)\n");
    }

    // Two branches take turns: one that West makes, and one that a third Region makes.
    void aBranchThatCameBackLosesAgain_data() {
        QTest::addColumn<bool>("goesOn");
        QTest::addColumn<QString>("lost");
        QTest::newRow("as it was")
            << false << "us-east-1 lost 2 of a: green (ap-south-1) to blue (us-west-2)\n";
        QTest::newRow("with a write on it")
            << true
            << "us-east-1 lost 2 of a: green 1 (us-east-1) to blue (us-west-2)\n"
               "us-east-1 lost 1 of a: green 1 (us-east-1) to blue (us-west-2)\n";
    }
    void aBranchThatCameBackLosesAgain() {
        QFETCH(bool, goesOn);
        QFETCH(QString, lost);
        Regions t({kWest, kThird});
        t.slowLink(kWest, kThird, 100s);
        t.slowLink(kThird, kWest, 100s);
        t.slowLink(kEast, kThird, 0s);
        t.slowLink(kThird, kEast, 0s);
        t.slowLink(kWest, kEast, 0s);
        t.write(kEast, "a", "1");
        t.write(kEast, "a", "2");
        t.run(100ms);
        t.slowLink(kEast, kThird, 100s);
        t.write(kWest, "a", "XL");
        t.run(100ms);
        QCOMPARE(t.listed(), "us-east-1 lost 2 of a: 2 (us-east-1) to XL (us-west-2)\n");
        t.run(2s);
        t.write(kEast, "a", "XL 1");
        t.run(2s);
        t.write(kThird, "a", "green");
        t.run(100ms);
        QCOMPARE(t.listed(), "us-east-1 lost 1 of a: XL 1 (us-east-1) to green (ap-south-1)\n");
        if (goesOn) t.write(kEast, "a", "green 1");
        t.write(kWest, "a", "blue");
        t.run(100ms);
        QCOMPARE(QString::fromStdString(t.listed()), lost);
        t.sync();
        t.restart();
        QCOMPARE(QString::fromStdString(t.listed()), lost);
    }

    void theyOutliveStops_data() {
        QTest::addColumn<bool>("kills");
        QTest::newRow("restarts") << false;
        QTest::newRow("kills") << true;
    }
    void theyOutliveStops() {
        QFETCH(bool, kills);
        Regions t;
        for (int i = 0; i < 20; ++i) {
            t.write(kEast, "k" + std::to_string(i), "red");
            t.write(kWest, "k" + std::to_string(i), "XL");
            t.run(std::chrono::milliseconds(60));
            if (i % 5 != 4) continue;
            t.sync();
            kills ? t.kill() : t.restart();
        }
        t.run(10s);
        const std::string before = t.listed();
        QCOMPARE(t.look().rows.size(), 20u);
        t.sync();
        kills ? t.reopen() : t.restart();
        t.run(5s);
        QCOMPARE(t.listed(), before);
    }

    void theyAreListedInPages() {
        Regions t;
        for (int i = 0; i < 7; ++i) {
            t.write(kEast, "k" + std::to_string(i), "red");
            t.write(kWest, "k" + std::to_string(i), "XL");
        }
        t.run(5s);
        const ConflictsLook all = t.look();
        QVERIFY(!all.more && all.rows.size() == 7);
        ConflictsLookRequest request;
        request.limit = 3;
        std::vector<std::string> ids;
        for (bool more = true; more;) {
            const ConflictsLook page = t.look(request);
            QVERIFY(page.rows.size() <= 3);
            for (const auto& row : page.rows)
                ids.push_back(row.conflict.id.text());
            request.after = page.rows.back().conflict.id;
            more = page.more;
        }
        QCOMPARE(ids.size(), 7u);
        for (std::size_t i = 0; i < ids.size(); ++i)
            QCOMPARE(ids[i], all.rows[i].conflict.id.text());
        request = {};
        request.region = kWest;
        QVERIFY(t.look(request).rows.empty());
        QVERIFY(!t.world().lookConflicts({.table = "U"}));
    }

    // The oldest go, and are counted. An item above the bound is not kept at all.
    void theyAreBounded() {
        Regions t;
        const int count = static_cast<int>(ConflictLedger::kBytesMax / 120'000) + 20;
        for (int i = 0; i < count; ++i) {
            t.write(kEast, "k" + std::to_string(i), std::string(60'000, 'r'));
            t.write(kWest, "k" + std::to_string(i), std::string(60'000, 'w'));
        }
        t.write(kEast, "large", std::string(70'000, 'r'));
        t.write(kWest, "large", "small");
        // What has left the log is sent from the archive.
        for (int i = 0; i < 100; ++i) {
            t.run(2s);
            t.flush();
        }
        const ConflictsLook look = t.look({.table = "", .limit = 1000});
        QCOMPARE(look.rows.size() + look.forgotten.count, static_cast<std::size_t>(count) + 1);
        QVERIFY(look.forgotten.count > 10);
        QVERIFY(look.forgotten.before < look.rows[0].conflict.id.lostAt);
        const Conflict& last = look.rows.back().conflict;
        QVERIFY(last.lost.isTooLarge && !last.lost.image && last.winner.image);
        t.sync();
        t.restart();
        const ConflictsLook after = t.look({.table = "", .limit = 1000});
        QCOMPARE(after.rows.size(), look.rows.size());
        QCOMPARE(after.forgotten.count, look.forgotten.count);
        QCOMPARE(after.forgotten.before, look.forgotten.before);
    }

    // Those of the one that is left too: it is not global any more.
    void theyGoWithTheReplica() {
        Regions t;
        t.write(kEast, "a", "red");
        t.write(kWest, "a", "XL");
        t.run(5s);
        QCOMPARE(t.look().rows.size(), 1u);
        QVERIFY(!t.failed(t.removeTable(kWest)));
        t.run(120s);
        const auto regional = t.world().lookConflicts({.table = "T"});
        QVERIFY(!regional);
        QVERIFY(regional.error().find("one Region only") != std::string::npos);
        t.addReplica(kEast, kWest);
        QCOMPARE(t.listed(), "");
        t.sync();
        for (const std::string_view prefix :
             {kConflictPrefix, kConflictItemsPrefix, kConflictRunPrefix})
            QVERIFY(t.store().values(prefix)->empty());
    }
};

ORRERY_TEST_CLASS(ConflictLedgerTest)
#include "conflict_ledger_test.moc"
