#include <QTest>

#include "core/base/hash.h"
#include "core/types/storage_key.h"
#include "tests/support/test_main.h"
#include "tests/types/support.h"

using namespace orrery;
using namespace orrery::test;
using namespace orrery::types;

namespace {

const KeySpaceId kSpace(7);

std::string sortKey(const AttributeValue& value) {
    std::string out;
    appendSortKey(out, value);
    return out;
}

std::string sortKeyPrefix(const AttributeValue& value) {
    std::string out;
    appendSortKeyPrefix(out, value);
    return out;
}

std::string key(std::string_view partition, std::string_view sort) {
    return storageKey(kSpace, {AttributeValue::string(partition), AttributeValue::string(sort)});
}

// The pair of Wang, Feng, Lai and Yu (2004): equal MD5s, six bits different.
const char* const kColliding[] = {
    "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e48883257141"
    "5a"
    "085125e8f7cdc99fd91dbdf280373c5bd8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cd"
    "a0"
    "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70",
    "d131dd02c5e6eec4693d9a0698aff95c2fcab50712467eab4004583eb8fb7f8955ad340609f4b30283e4888325f141"
    "5a"
    "085125e8f7cdc99fd91dbd7280373c5bd8823e3156348f5bae6dacd436c919c6dd53e23487da03fd02396306d248cd"
    "a0"
    "e99f33420f577ee8ce54b67080280d1ec69821bcb6a8839396f965ab6ff72a70"};

}  // namespace

class StorageKeyTest : public QObject {
    Q_OBJECT
private slots:
    // Data folders contain these bytes: a change here needs a new format version.
    void writesTheSameBytesForEver() {
        QCOMPARE(
            qt(storageKey(kSpace, {AttributeValue::string("abc"), std::nullopt})).toHex(),
            QByteArray("00000007"
                       "900150983cd24fb0d6963f7d28e17f72"     // RFC 1321's digest of abc.
                       "ba7816bf8f01cfea414140de5dae2223"));  // The first half of FIPS 180-2's.
        const auto hex = [](const AttributeValue& value) { return qt(sortKey(value)).toHex(' '); };
        const auto numberHex = [&](const char* text) {
            return hex(AttributeValue::number(number(text)));
        };
        QCOMPARE(hex(AttributeValue::string("a")), QByteArray("61 00 00"));
        QCOMPARE(hex(AttributeValue::string("")), QByteArray("00 00"));
        QCOMPARE(hex(AttributeValue::binary(std::string_view("\0a\0\0", 4))),
                 QByteArray("00 ff 61 00 ff 00 ff 00 00"));
        QCOMPARE(numberHex("0"), QByteArray("02"));
        QCOMPARE(numberHex("1"), QByteArray("03 82 0b 00"));
        QCOMPARE(numberHex("12.3"), QByteArray("03 83 0d 1f 00"));
        QCOMPARE(numberHex("-12.3"), QByteArray("01 7c f2 e0 ff"));
        QCOMPARE(numberHex("1e-130"), QByteArray("03 00 0b 00"));
        QCOMPARE(numberHex("99e124"), QByteArray("03 ff 64 00"));
    }

    void ordersNumbersByValue() {
        QVERIFY(rc::check("bytes of numbers are in the order of the numbers", [] {
            const Number a = *anyNumber();
            const Number b = *rc::gen::oneOf(anyNumber(), rc::gen::just(a));
            const auto order =
                sortKey(AttributeValue::number(a)) <=> sortKey(AttributeValue::number(b));
            RC_ASSERT(order == (a <=> b));
        }));
        // Neighbours at both ends of the range and around zero.
        const std::vector<const char*> ascending = {"-9.9999999999999999999999999999999999999E+125",
                                                    "-1e125",
                                                    "-10.1",
                                                    "-10",
                                                    "-9.99",
                                                    "-1.01",
                                                    "-1",
                                                    "-0.1",
                                                    "-1.1e-130",
                                                    "-1e-130",
                                                    "0",
                                                    "1e-130",
                                                    "1.1e-130",
                                                    "0.099",
                                                    "0.1",
                                                    "1",
                                                    "1.01",
                                                    "1.1",
                                                    "9.99",
                                                    "10",
                                                    "10.1",
                                                    "99",
                                                    "100",
                                                    "1e125",
                                                    "9.9999999999999999999999999999999999999E+125"};
        for (std::size_t i = 1; i < ascending.size(); ++i)
            QVERIFY2(sortKey(AttributeValue::number(number(ascending[i - 1]))) <
                         sortKey(AttributeValue::number(number(ascending[i]))),
                     ascending[i]);
    }

    void ordersStringsAndBinariesByBytes() {
        QVERIFY(rc::check("bytes of strings are in the order of the strings", [] {
            const std::string a = *anyBytes();
            const std::string b = *rc::gen::oneOf(
                anyBytes(), rc::gen::just(a),
                rc::gen::map(anyBytes(), [a](const std::string& more) { return a + more; }));
            RC_ASSERT((sortKey(AttributeValue::string(a)) <=> sortKey(AttributeValue::string(b))) ==
                      (a <=> b));
            RC_ASSERT((sortKey(AttributeValue::binary(a)) <=> sortKey(AttributeValue::binary(b))) ==
                      (a <=> b));
        }));
    }

    void hasNoSortKeyThatBeginsAnother() {
        QVERIFY(rc::check("sort keys delimit themselves", [] {
            const std::string a = *anyBytes();
            const std::string b =
                *rc::gen::map(anyBytes(), [a](const std::string& more) { return a + more; });
            RC_PRE(a != b);
            RC_ASSERT(!sortKey(AttributeValue::string(b))
                           .starts_with(sortKey(AttributeValue::string(a))));
            const Number c = *anyNumber();
            const Number d = *anyNumber();
            RC_PRE(c != d);
            RC_ASSERT(!sortKey(AttributeValue::number(c))
                           .starts_with(sortKey(AttributeValue::number(d))));
        }));
    }

    void boundsBeginsWith() {
        QVERIFY(rc::check("begins_with is a range of keys", [] {
            const std::string prefix = *anyBytes();
            const std::string text = *rc::gen::oneOf(
                anyBytes(), rc::gen::map(anyBytes(), [prefix](const std::string& more) {
                    return prefix + more;
                }));
            const std::string begin = collectionPrefix(kSpace, AttributeValue::string("p")) +
                                      sortKeyPrefix(AttributeValue::string(prefix));
            const std::string end = prefixEnd(begin);
            const std::string at = key("p", text);
            RC_ASSERT((at >= begin && (end.empty() || at < end)) == text.starts_with(prefix));
        }));
    }

    void boundsComparisonsOfIndexEntries() {
        QVERIFY(rc::check("entries of an index that equal a sort key are a range", [] {
            const AttributeValue partition = AttributeValue::string("p");
            const AttributeValue wanted = AttributeValue::number(*anyNumber());
            const AttributeValue sort = *rc::gen::oneOf(
                rc::gen::just(wanted), rc::gen::map(anyNumber(), [](const Number& n) {
                    return AttributeValue::number(n);
                }));
            const Key base{AttributeValue::string(*anyBytes()), std::nullopt};
            const std::string entry = indexEntryKey(kSpace, {partition, sort}, base);
            const std::string begin = storageKey(kSpace, {partition, wanted});
            const std::string end = prefixEnd(begin);
            const auto order = *sort.as<Number>() <=> *wanted.as<Number>();
            RC_ASSERT((entry < begin) == (order < 0));
            RC_ASSERT((entry >= end) == (order > 0));
        }));
    }

    void keepsItemsApartWhateverTheirKeysHold() {
        QVERIFY(rc::check("two keys have two storage keys", [] {
            const std::string p1 = *anyBytes();
            const std::string p2 = *rc::gen::oneOf(anyBytes(), rc::gen::just(p1));
            const std::string s1 = *anyBytes();
            const std::string s2 = *rc::gen::oneOf(anyBytes(), rc::gen::just(s1));
            RC_ASSERT((key(p1, s1) == key(p2, s2)) == (p1 == p2 && s1 == s2));
            const Key index{AttributeValue::string("i"), AttributeValue::string("j")};
            const Key one{AttributeValue::string(p1), AttributeValue::string(s1)};
            const Key two{AttributeValue::string(p2), AttributeValue::string(s2)};
            RC_ASSERT((indexEntryKey(kSpace, index, one) == indexEntryKey(kSpace, index, two)) ==
                      (p1 == p2 && s1 == s2));
        }));
        QCOMPARE(key(std::string(2048, 'p'), std::string(1024, '\0')).size(),
                 std::size_t{4 + 32 + 2048 + 2});
    }

    void tellsApartPartitionKeysOfTheSameMd5() {
        const std::string a = QByteArray::fromHex(kColliding[0]).toStdString();
        const std::string b = QByteArray::fromHex(kColliding[1]).toStdString();
        QVERIFY(a != b);
        QVERIFY(md5(a) == md5(b));
        const std::string first = collectionPrefix(kSpace, AttributeValue::binary(a));
        const std::string second = collectionPrefix(kSpace, AttributeValue::binary(b));
        QVERIFY(first.substr(0, 20) == second.substr(0, 20));
        QVERIFY(first != second);
        // Neither collection overlaps the other, whatever their sort keys are.
        const auto range = [](const AttributeValue& sort, const std::string& partition) {
            return storageKey(kSpace, {AttributeValue::binary(partition), sort});
        };
        const bool firstIsLess = first < second;
        for (const char* sort : {"", "a", "\xff\xff\xff"}) {
            for (const char* other : {"", "a", "\xff\xff\xff"})
                QCOMPARE(range(AttributeValue::string(sort), a) <
                             range(AttributeValue::string(other), b),
                         firstIsLess);
        }
    }

    void hashesEqualNumbersAlike() {
        const auto prefix = [](const char* text) {
            return collectionPrefix(kSpace, AttributeValue::number(number(text)));
        };
        QVERIFY(prefix("1.0") == prefix("1"));
        QVERIFY(prefix("100") == prefix("1e2"));
        QVERIFY(prefix("-0") == prefix("0"));
        QVERIFY(prefix("1") != prefix("-1"));
    }

    void endsAPrefix() {
        QCOMPARE(qt(prefixEnd("a")), QByteArray("b"));
        QCOMPARE(qt(prefixEnd("a\xff\xff")), QByteArray("b"));
        QCOMPARE(qt(prefixEnd("a\x7f")), QByteArray("a\x80"));
        QCOMPARE(qt(prefixEnd("\xff\xff")), QByteArray());
        QCOMPARE(qt(prefixEnd("")), QByteArray());
        QVERIFY(rc::check("the end of a prefix is the least key beyond it", [] {
            const std::string prefix = *anyBytes();
            const std::string other = *rc::gen::oneOf(
                anyBytes(), rc::gen::map(anyBytes(), [prefix](const std::string& more) {
                    return prefix + more;
                }));
            const std::string end = prefixEnd(prefix);
            const bool inside = other >= prefix && (end.empty() || other < end);
            RC_ASSERT(inside == other.starts_with(prefix));
        }));
    }

    void dividesTheHashSpaceEvenly() {
        QVERIFY(rc::check("fractions ascend and bound their share", [] {
            const auto count = *rc::gen::inRange<std::uint64_t>(1, 1'000'000);
            const auto position = *rc::gen::inRange<std::uint64_t>(0, count);
            const std::string begin = keyAtFraction(kSpace, position, count);
            const std::string end = keyAtFraction(kSpace, position + 1, count);
            RC_ASSERT(begin < end);
            RC_ASSERT(begin >= keySpaceBegin(kSpace));
            RC_ASSERT(end <= keySpaceEnd(kSpace));
            RC_ASSERT(hashPosition(begin) == (position << 32) / count);
        }));
        QCOMPARE(qt(keyAtFraction(kSpace, 0, 4)).toHex(), QByteArray("00000007"));
        QCOMPARE(qt(keyAtFraction(kSpace, 1, 4)).toHex(), QByteArray("0000000740"));
        QCOMPARE(qt(keyAtFraction(kSpace, 4, 4)).toHex(), QByteArray("00000008"));
        QCOMPARE(hashPosition(keySpaceBegin(kSpace)), 0u);
        QCOMPARE(hashPosition(""), 0u);
        QCOMPARE(hashPosition(key("abc", "x")), 0x90015098u);
    }
};

ORRERY_TEST_CLASS(StorageKeyTest)
#include "storage_key_test.moc"
