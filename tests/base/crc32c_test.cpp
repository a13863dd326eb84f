#include <QTest>

#include "core/base/crc32c.h"
#include "core/base/prng.h"
#include "tests/support/test_main.h"

using namespace orrery;

class Crc32cTest : public QObject {
    Q_OBJECT
private slots:
    // RFC 3720, B.4.
    void hasTheValuesOfTheStandard() {
        QCOMPARE(crc32c(""), 0u);
        QCOMPARE(crc32c("123456789"), 0xe3069283u);
        QCOMPARE(crc32c(std::string(32, '\0')), 0x8a9136aau);
        QCOMPARE(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
    }

    void isTheSameWithoutTheInstructionAndInPieces() {
        Prng prng(3);
        for (std::size_t size = 0; size < 300; ++size) {
            std::string bytes(size, '\0');
            for (char& byte : bytes)
                byte = static_cast<char>(prng.below(256));
            const std::string_view all(bytes);
            QCOMPARE(crc32cPortable(all), crc32c(all));
            const std::size_t cut = prng.below(size + 1);
            QCOMPARE(crc32c(all.substr(cut), crc32c(all.substr(0, cut))), crc32c(all));
            QCOMPARE(crc32cPortable(all.substr(cut), crc32cPortable(all.substr(0, cut))),
                     crc32c(all));
        }
    }
};

ORRERY_TEST_CLASS(Crc32cTest)
#include "crc32c_test.moc"
