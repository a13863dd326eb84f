#include "core/http/origins.h"

#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery::http;

class OriginsTest : public QObject {
    Q_OBJECT
private slots:
    void allowsPagesOfThisMachineOnly() {
        const Origins origins;
        QVERIFY(origins.allow("http://localhost:3000"));
        QVERIFY(origins.allow("https://[::1]"));
        QVERIFY(!origins.allow("null"));
        QVERIFY(!origins.allow("https://app.example"));
        QVERIFY(!origins.allowAll());
        QCOMPARE(origins.answerTo("http://localhost:3000"),
                 std::string_view("http://localhost:3000"));
        QCOMPARE(origins.answerTo("https://app.example"), std::string_view());
        QCOMPARE(origins.answerTo(""), std::string_view());
    }

    void allowsWhatWasNamed() {
        const auto origins = Origins::parse("https://App.example:8443, intranet , file://");
        QVERIFY(origins.has_value());
        QVERIFY(origins->allow("https://app.example:8443"));
        QVERIFY(!origins->allow("https://app.example"));
        QVERIFY(!origins->allow("http://app.example:8443"));
        QVERIFY(origins->allow("http://intranet"));
        QVERIFY(origins->allow("https://intranet"));
        QVERIFY(!origins->allow("http://intranet:81"));
        QVERIFY(!origins->allow("http://intranet.evil.example"));
        QVERIFY(!origins->allow("http://evilintranet"));
        QVERIFY(!origins->allow("chrome-extension://intranet"));
        QVERIFY(origins->allow("file://"));
        QVERIFY(!origins->allow("null"));
        QVERIFY(origins->allow("http://localhost:3000"));
        QVERIFY(Origins::parse("null")->allow("null"));
    }

    void allowsEveryPageIfAsked() {
        const auto origins = Origins::parse("*");
        QVERIFY(origins.has_value());
        QVERIFY(origins->allowAll());
        QVERIFY(origins->allow("null"));
        QCOMPARE(origins->answerTo("https://app.example"), std::string_view("*"));
        QCOMPARE(origins->answerTo(""), std::string_view());
    }

    void saysWhatIsNoOrigin() {
        for (const char* list : {"", " , ", "https://app.example/path", "a b", "*.example", "://",
                                 "https://a,http://b:x", "https://user@host"}) {
            const auto origins = Origins::parse(list);
            QVERIFY2(!origins.has_value(), list);
            QVERIFY(origins.error().find("https://app.example") != std::string::npos);
        }
    }
};

ORRERY_TEST_CLASS(OriginsTest)
#include "origins_test.moc"
