// Goal: an item's entry in an index comes from a sound image alone.

#include "core/table/index_entry.h"

#include <QTest>

#include "core/table/image_check.h"
#include "core/types/item_codec.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::table;

namespace {

types::Item item(const std::string& pk, const std::string& color) {
    types::Item made;
    made.set("pk", types::AttributeValue::string(pk));
    made.set("color", types::AttributeValue::string(color));
    return made;
}

}  // namespace

class IndexEntryTest : public QObject {
    Q_OBJECT
private slots:
    // An item of version 1 has no checksum, so damage may have reached a record as its old image.
    void derivesNoIndexEntryFromAnImageThatIsNone() {
        types::KeySchema keys;
        keys.partition = {"pk", types::AttributeType::String};
        IndexDefinition index;
        index.space = KeySpaceId(2);
        index.keys.partition = {"color", types::AttributeType::String};
        const std::string image = types::encodeItem(item("a", "red"));
        QVERIFY(isImage(image, keys));
        QVERIFY(indexEntryOf(image, index, keys).has_value());
        for (std::size_t bit = 0; bit < image.size() * 8; ++bit) {
            std::string damaged = image;
            damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
            const auto entry = indexEntryOf(damaged, index, keys);
            QVERIFY(!entry || isImage(damaged, keys));
        }
        QVERIFY(!isImage("junk", keys));
        QVERIFY(!indexEntryOf(std::string_view("junk"), index, keys));
        types::Item other;
        other.set("pl", types::AttributeValue::string("a"));
        other.set("color", types::AttributeValue::string("red"));
        QVERIFY(!isImage(types::encodeItem(other), keys));
        QVERIFY(!indexEntryOf(types::encodeItem(other), index, keys));
    }
};

ORRERY_TEST_CLASS(IndexEntryTest)
#include "index_entry_test.moc"
