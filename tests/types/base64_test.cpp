#include <QTest>

#include "core/types/base64.h"
#include "tests/support/test_main.h"
#include "tests/types/support.h"

using namespace orrery;
using namespace orrery::test;
using namespace orrery::types;

namespace {

QByteArray encoded(std::string_view bytes) {
    std::string out;
    appendBase64(out, bytes);
    return qt(out);
}

}  // namespace

class Base64Test : public QObject {
    Q_OBJECT
private slots:
    // RFC 4648, section 10.
    void knowsThePublishedVectors() {
        QCOMPARE(encoded(""), QByteArray(""));
        QCOMPARE(encoded("f"), QByteArray("Zg=="));
        QCOMPARE(encoded("fo"), QByteArray("Zm8="));
        QCOMPARE(encoded("foo"), QByteArray("Zm9v"));
        QCOMPARE(encoded("foob"), QByteArray("Zm9vYg=="));
    }

    void agreesWithQt() {
        QVERIFY(rc::check("base64 agrees with Qt and reads back", [] {
            const std::string bytes = *anyBytes();
            const QByteArray text = qt(bytes).toBase64();
            RC_ASSERT(encoded(bytes) == text);
            const auto back = parseBase64(text.toStdString());
            RC_ASSERT(back.has_value());
            RC_ASSERT(*back == bytes);
        }));
    }

    void refusesWhatTheServiceRefuses() {
        const auto says = [](std::string_view text) { return messageOf(parseBase64(text)); };
        QCOMPARE(
            says("23456"),
            QByteArray("Base64 encoded length is expected a multiple of 4 bytes but found: 5"));
        for (const char* text : {"=+/=", "+/+=", "Zh==", "Zm9="})
            QCOMPARE(says(text), QByteArray("Invalid last non-pad Base64 character dectected"));
        QCOMPARE(says("ab-_"), QByteArray("Invalid base 64 character: '-'"));
        QCOMPARE(says("ab=c"), QByteArray("Invalid base 64 character: '='"));
        QCOMPARE(says("===="), QByteArray("Invalid base 64 character: '='"));
        // A character of several bytes is told whole, since texts are UTF-8.
        QCOMPARE(says("abé"), QByteArray("Invalid base 64 character: 'é'"));
        QCOMPARE(says("日="), QByteArray("Invalid base 64 character: '日'"));
        QVERIFY(parseBase64("Zg==").has_value());
        QCOMPARE(int(parseBase64("A===").error().type), int(ErrorType::Serialization));
    }
};

ORRERY_TEST_CLASS(Base64Test)
#include "base64_test.moc"
