// Goal: an item expires by a number in seconds and by nothing else, and its entry sorts by it.

#include "core/table/expiry.h"

#include <QTest>

#include "core/types/item_codec.h"
#include "core/types/storage_key.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::table;
using types::AttributeValue;

namespace {

std::optional<std::int64_t> expiryOfNumber(const char* number) {
    types::Item item;
    item.set("ttl", AttributeValue::number(*types::Number::parse(number)));
    return expiryOf(types::encodeItem(item), "ttl");
}

}  // namespace

class ExpiryTest : public QObject {
    Q_OBJECT
private slots:
    void readsSeconds() {
        QCOMPARE(expiryOfNumber("1795263330").value(), std::int64_t{1'795'263'330});
        QCOMPARE(expiryOfNumber("1.79526333E9").value(), std::int64_t{1'795'263'330});
        QCOMPARE(expiryOfNumber("1795263330.9").value(), std::int64_t{1'795'263'330});
        QCOMPARE(expiryOfNumber("1E9").value(), std::int64_t{1'000'000'000});
        QCOMPARE(expiryOfNumber("0").value(), std::int64_t{0});
        QCOMPARE(expiryOfNumber("0.5").value(), std::int64_t{0});
        QCOMPARE(expiryOfNumber("1E-130").value(), std::int64_t{0});
        for (const char* never : {"-1", "1795263330000", "1E125", "9999999999"})
            QVERIFY2(!expiryOfNumber(never), never);
    }

    void readsNothingElse() {
        types::Item item;
        item.set("ttl", AttributeValue::string("1795263330"));
        QVERIFY(!expiryOf(types::encodeItem(item), "ttl"));
        QVERIFY(!expiryOf(types::encodeItem(item), "other"));
    }

    void ignoresWhatIsOlderThanFiveYears() {
        const CalendarTime now(std::chrono::seconds(1'795'263'330));
        constexpr std::int64_t kFiveYears = std::chrono::seconds(std::chrono::years(5)).count();
        QVERIFY(!isIgnoredExpiry(1'795'263'330 - kFiveYears, now));
        QVERIFY(isIgnoredExpiry(1'795'263'329 - kFiveYears, now));
    }

    void sortsEntriesByTime() {
        const GroupId group(7);
        const std::string item =
            types::storageKey(KeySpaceId(3), {AttributeValue::string("a"), std::nullopt});
        const std::string early = expiryKey(group, 999, item);
        const std::string late = expiryKey(group, 1'000, item);
        QVERIFY(expiryBegin(group) < early && early < expiryBound(group, 1'000));
        QVERIFY(expiryBound(group, 1'000) < late && late < expiryEnd(group));
        QVERIFY(expiryEnd(group) < expiryBegin(GroupId(8)));
        const auto entry = parseExpiryKey(late);
        QVERIFY(entry && entry->expiry == 1'000 && entry->storageKey == item);
        QVERIFY(!parseExpiryKey(item));
        QVERIFY(!parseExpiryKey(expiryBound(group, 1'000)));
    }
};

ORRERY_TEST_CLASS(ExpiryTest)
#include "expiry_test.moc"
