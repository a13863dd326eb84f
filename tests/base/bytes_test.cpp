#include <QTest>

#include "core/base/bytes.h"
#include "tests/support/test_main.h"

using namespace orrery;

class BytesTest : public QObject {
    Q_OBJECT
private slots:
    void readsBackWhatWasWritten() {
        std::string bytes;
        ByteWriter writer(bytes);
        writer.u8(7);
        writer.u16(0xabcd);
        writer.u32(0xdeadbeef);
        writer.u64(UINT64_MAX - 1);
        writer.varint(0);
        writer.varint(300);
        writer.varint(UINT64_MAX);
        writer.sized(std::string_view("a\0b", 3));

        ByteReader reader(bytes);
        QCOMPARE(reader.u8(), std::uint8_t{7});
        QCOMPARE(reader.u16(), std::uint16_t{0xabcd});
        QCOMPARE(reader.u32(), 0xdeadbeefu);
        QCOMPARE(reader.u64(), UINT64_MAX - 1);
        QCOMPARE(reader.varint(), std::uint64_t{0});
        QCOMPARE(reader.varint(), std::uint64_t{300});
        QCOMPARE(reader.varint(), UINT64_MAX);
        QVERIFY(reader.sized() == std::string_view("a\0b", 3));
        QVERIFY(reader.ok());
        QVERIFY(reader.atEnd());
    }

    void neverReadsBeyondTheEnd() {
        std::string bytes;
        ByteWriter(bytes).sized("hello");
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            ByteReader reader(std::string_view(bytes).substr(0, size));
            QVERIFY(reader.sized().empty());
            QVERIFY(!reader.ok());
        }
    }

    void refusesAVarintWithoutEnd() {
        ByteReader reader("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
        reader.varint();
        QVERIFY(!reader.ok());
    }
};

ORRERY_TEST_CLASS(BytesTest)
#include "bytes_test.moc"
