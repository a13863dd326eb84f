#include <QTest>

#include <set>

#include "core/base/hash.h"
#include "core/base/prng.h"
#include "tests/support/test_main.h"

using namespace orrery;

namespace {

template <typename Digest>
QByteArray hex(const Digest& digest) {
    return QByteArray(reinterpret_cast<const char*>(digest.data()), int(digest.size())).toHex();
}

}  // namespace

class HashTest : public QObject {
    Q_OBJECT
private slots:
    // RFC 1321, FIPS 180-2 and the zlib manual's own examples.
    void knowsThePublishedDigests() {
        QCOMPARE(hex(md5("abc")), QByteArray("900150983cd24fb0d6963f7d28e17f72"));
        QCOMPARE(hex(sha256("abc")),
                 QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QCOMPARE(crc32("123456789"), 0xcbf43926u);
    }

    void isTheSameWithoutTheInstruction() {
        Prng prng(5);
        for (std::size_t size = 0; size < 700; ++size) {
            std::string bytes(size, '\0');
            for (char& byte : bytes)
                byte = static_cast<char>(prng.below(256));
            QCOMPARE(crc32(bytes), crc32Portable(bytes));
        }
    }

    void tellsApartWhatIsCutDifferently() {
        Hash64 first;
        first.add("ab");
        first.add("c");
        Hash64 second;
        second.add("a");
        second.add("bc");
        QVERIFY(first.value() != second.value());
    }

    void hasNoCollisionAmongAMillionShortKeys() {
        std::set<std::uint64_t> seen;
        for (int i = 0; i < 1'000'000; ++i)
            QVERIFY(seen.insert(hash64("key-" + std::to_string(i))).second);
    }
};

ORRERY_TEST_CLASS(HashTest)
#include "hash_test.moc"
