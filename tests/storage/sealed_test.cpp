// Goal: a sealed value comes back as it was written or not at all, whatever happened to it or its
// key, and one wrong byte can be put right.

#include <QTest>

#include "core/base/prng.h"
#include "core/storage/sealed.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::storage;

class SealedTest : public QObject {
    Q_OBJECT
private slots:
    void returnsTheValueOfItsKeyAlone() {
        QCOMPARE(unseal("key", seal("key", "value")), std::string_view("value"));
        QCOMPARE(unseal("key", seal("key", "")), std::string_view(""));
        QVERIFY(!unseal("kez", seal("key", "value")));
        // Before format 4 nothing had a seal.
        QCOMPARE(unseal("key", "value"), std::string_view("value"));
    }

    void findsAndMendsAnyWrongByte_data() {
        QTest::addColumn<int>("valueBytes");
        for (const int bytes : {0, 1, 5, 300})
            QTest::addRow("%d", bytes) << bytes;
    }
    void findsAndMendsAnyWrongByte() {
        QFETCH(int, valueBytes);
        const std::string key = "table/12";
        std::string value;
        Prng prng(1);
        for (int i = 0; i < valueBytes; ++i)
            value += static_cast<char>(prng.below(256));
        const std::string bytes = seal(key, value);
        for (std::size_t at = 0; at < key.size() + bytes.size(); ++at) {
            for (int wrong = 1; wrong < 256; wrong += 1 + wrong / 8) {
                std::string damagedKey = key;
                std::string damaged = bytes;
                char& byte = at < key.size() ? damagedKey[at] : damaged[at - key.size()];
                byte = static_cast<char>(byte ^ wrong);
                QVERIFY(!unseal(damagedKey, damaged));
                const auto mended = mendSealed(damagedKey, damaged);
                QVERIFY(mended.has_value());
                QCOMPARE(mended->first, key);
                QCOMPARE(mended->second, value);
            }
        }
    }

    void doesNotMendMore() {
        std::string bytes = seal("key", std::string(200, 'v'));
        bytes[10] = 'w';
        bytes[150] = 'w';
        QVERIFY(!unseal("key", bytes));
        QVERIFY(!mendSealed("key", bytes));
        QVERIFY(!mendSealed("key", "never sealed"));
    }
};

ORRERY_TEST_CLASS(SealedTest)
#include "sealed_test.moc"
