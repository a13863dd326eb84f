#include <QTest>

#include "core/types/item_codec.h"
#include "core/types/item_size.h"
#include "core/types/wire_codec.h"
#include "tests/support/test_main.h"
#include "tests/types/support.h"

using namespace orrery;
using namespace orrery::test;
using namespace orrery::types;

namespace {

std::string jsonOf(const Item& item) {
    std::string out;
    appendJson(out, item);
    return out;
}

std::string transcoded(std::string_view encoded) {
    std::string out = "before ";
    return appendItemJson(out, encoded) ? out.substr(7) : "damaged: " + out;
}

// `inner` wrapped in maps, the innermost in the first one.
AttributeValue inMaps(AttributeValue inner, int maps) {
    for (; maps > 0; --maps) {
        AttributeMap map;
        map.set("m", std::move(inner));
        inner = AttributeValue(std::move(map));
    }
    return inner;
}

Item holding(AttributeValue value) {
    Item item;
    item.set("a", std::move(value));
    return item;
}

// Checks that reading any bytes either fails or gives an item with exactly these bytes, and that
// the three readers agree.
void readsSafely(const std::string& bytes) {
    const auto decoded = decodeItem(bytes);
    std::string json = "x";
    const bool written = appendItemJson(json, bytes);
    if (decoded) {
        RC_ASSERT(encodeItem(*decoded) == bytes);
        RC_ASSERT(written);
        RC_ASSERT(json == "x" + jsonOf(*decoded));
    } else if (!written) {
        RC_ASSERT(json == "x");
    }
    for (const char* name : {"", "a", "b", "zz"}) {
        const auto found = EncodedItem(bytes).find(name);
        if (!decoded) continue;
        const AttributeValue* expected = decoded->find(name);
        RC_ASSERT(found.has_value() == (expected != nullptr));
        if (found) RC_ASSERT(*found == *expected);
    }
}

}  // namespace

class ItemCodecTest : public QObject {
    Q_OBJECT
private slots:
    // Data folders contain these bytes: a change here needs a new format version.
    void writesTheSameBytesForEver() {
        const Item all = item(
            R"({"b":{"B":"AP8="},"bs":{"BS":["AQ=="]},"f":{"BOOL":false},"l":{"L":[{"S":"x"}]},)"
            R"("m":{"M":{"k":{"NULL":true}}},"n":{"N":"-12.5"},"ns":{"NS":["0","1000"]},)"
            R"("s":{"S":"text"},"ss":{"SS":["b","a"]},"t":{"BOOL":true}})");
        QCOMPARE(
            qt(encodeItem(all)).toHex(' '),
            QByteArray("0a 01 62 02 02 00 ff 02 62 73 05 01 01 01 01 66 09 01 6c 07 01 00 01 78 "
                       "01 6d 06 01 01 6b 08 01 6e 01 85 ff 7d 02 6e 73 04 02 02 00 06 03 01 "
                       "01 73 00 04 74 65 78 74 02 73 73 03 02 01 61 01 62 01 74 0a"));
        QCOMPARE(qt(encodeItem({})).toHex(), QByteArray("00"));
    }

    void readsBackEveryItem() {
        QVERIFY(rc::check("decode is the inverse of encode", [] {
            const Item item = *anyItem();
            const std::string bytes = encodeItem(item);
            const auto decoded = decodeItem(bytes);
            RC_ASSERT(decoded.has_value());
            RC_ASSERT(*decoded == item);
            readsSafely(bytes);
        }));
    }

    void writesTheJsonThatTheValuesWouldGive() {
        QVERIFY(rc::check("JSON of the bytes is JSON of the item", [] {
            const Item item = *anyItem();
            RC_ASSERT(transcoded(encodeItem(item)) == jsonOf(item));
        }));
    }

    void findsOneAttributeWithoutTheOthers() {
        QVERIFY(rc::check("find gives what the item holds", [] {
            const Item item = *anyItem();
            const std::string bytes = encodeItem(item);
            for (const auto& [name, value] : item) {
                const auto found = EncodedItem(bytes).find(name);
                RC_ASSERT(found.has_value());
                RC_ASSERT(*found == value);
                RC_ASSERT(EncodedItem(bytes).find(name + '\x01').has_value() ==
                          (item.find(name + '\x01') != nullptr));
            }
        }));
    }

    void survivesEveryTruncation() {
        QVERIFY(rc::check("a truncated item is refused", [] {
            const std::string bytes = encodeItem(*anyItem());
            for (std::size_t size = 0; size < bytes.size(); ++size) {
                RC_ASSERT(!decodeItem(std::string_view(bytes).substr(0, size)).has_value());
                readsSafely(bytes.substr(0, size));
            }
            RC_ASSERT(!decodeItem(bytes + '\0').has_value());
        }));
    }

    void survivesFlippedBitsAndRandomBytes() {
        QVERIFY(rc::check("a damaged item is refused or canonical", [] {
            std::string bytes = encodeItem(*anyItem());
            for (int flips = *rc::gen::inRange(1, 4); flips > 0; --flips) {
                const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
                bytes[at] = static_cast<char>(bytes[at] ^ (1 << *rc::gen::inRange(0, 8)));
            }
            readsSafely(bytes);
        }));
        QVERIFY(rc::check("random bytes are refused or canonical", [] {
            readsSafely(*rc::gen::container<std::string>(rc::gen::map(
                rc::gen::inRange(0, 256),
                [](int byte) { return static_cast<char>(byte % 3 == 0 ? byte : byte % 11); })));
        }));
    }

    void refusesWhatIsNotCanonical() {
        const auto hex = [](const char* text) { return QByteArray::fromHex(text).toStdString(); };
        const auto accepts = [&](const char* text) { return decodeItem(hex(text)).has_value(); };
        QVERIFY(accepts("01 0161 01 0600 01"));             // 1
        QVERIFY(!accepts("01 0161 01 0600"));               // The coefficient is missing.
        QVERIFY(accepts("01 0161 01 0601 01"));             // 10
        QVERIFY(!accepts("01 0161 01 0600 0a"));            // 10 in another form.
        QVERIFY(!accepts("01 0161 01 0a00 0001"));          // 1 with a leading zero byte.
        QVERIFY(accepts("01 0161 01 0200"));                // 0
        QVERIFY(!accepts("01 0161 01 8200"));               // -0
        QVERIFY(!accepts("01 0161 01 0201"));               // 0 times ten.
        QVERIFY(accepts("01 0161 01 057e 01"));             // 1e-130
        QVERIFY(!accepts("01 0161 01 057d 01"));            // 1e-131
        QVERIFY(accepts("01 0161 01 067d 01"));             // 1e125
        QVERIFY(!accepts("01 0161 01 067e 01"));            // 1e126
        QVERIFY(accepts("01 0161 08"));                     // A null.
        QVERIFY(!accepts("8100 0161 08"));                  // The same, with an over-long varint.
        QVERIFY(!accepts("02 0161 08 0161 08"));            // The same name twice.
        QVERIFY(!accepts("02 0162 08 0161 08"));            // Descending names.
        QVERIFY(!accepts("01 0161 0300"));                  // An empty set.
        QVERIFY(!accepts("01 0161 0302 0161 0161"));        // A set with one element twice.
        QVERIFY(!accepts("01 0161 0402 0600 02 0600 01"));  // An unsorted set.
        QVERIFY(!accepts("01 0161 0b"));                    // An unknown tag.
        QVERIFY(!accepts("ffffffffffffffffff01"));
    }

    void holdsAsManyLevelsAsTheApiLetsIn() {
        const Item deep = holding(inMaps(AttributeValue::string("x"), 31));
        QVERIFY(decodeItem(encodeItem(deep)) == deep);
        QCOMPARE(qt(transcoded(encodeItem(deep))), qt(jsonOf(deep)));
        QVERIFY(EncodedItem(encodeItem(deep)).find("a").has_value());
        const std::string deeper = encodeItem(holding(inMaps(AttributeValue::string("x"), 32)));
        QVERIFY(!decodeItem(deeper).has_value());
        QVERIFY(transcoded(deeper).starts_with("damaged: before "));
        // A hundred thousand nested lists, in case damage ever looks like that.
        std::string abyss = QByteArray::fromHex("010161").toStdString();
        for (int i = 0; i < 100'000; ++i)
            abyss.append("\x07\x01");
        QVERIFY(!decodeItem(abyss).has_value());
        QVERIFY(!EncodedItem(abyss).find("b").has_value());
        QVERIFY(transcoded(abyss).starts_with("damaged"));
    }

    void isCompact() {
        const Item item = test::item(R"({"id":{"N":"12345"},"name":{"S":"0123456789"}})");
        QCOMPARE(encodeItem(item).size(), std::size_t{1 + 3 + 1 + 2 + 2 + 5 + 1 + 11});
    }
};

ORRERY_TEST_CLASS(ItemCodecTest)
#include "item_codec_test.moc"
