#include "core/http/host_check.h"

#include <QtTest>

#include "tests/support/test_main.h"

using namespace orrery::http;

class HostCheckTest : public QObject {
    Q_OBJECT
private slots:
    void allowsThisMachineOnly_data() {
        QTest::addColumn<QString>("host");
        QTest::addColumn<bool>("allowed");
        QTest::addColumn<bool>("allowedOnAllInterfaces");
        const auto row = [](const char* host, bool allowed, bool onAll) {
            QTest::newRow(host) << QString(host) << allowed << onAll;
        };
        row("localhost", true, true);
        row("localhost:8000", true, true);
        row("LocalHost:8000", true, true);
        row("dynamodb.localhost:8000", true, true);
        row("127.0.0.1:8000", true, true);
        row("127.1.2.3", true, true);
        row("[::1]:8000", true, true);
        row("host.docker.internal:8000", true, true);
        row("my.machine", true, true);
        row("evil.example", false, false);
        row("localhost.evil.example:8000", false, false);
        row("127.0.0.1.evil.example", false, false);
        row("127.evil.example", false, false);
        row("evillocalhost", false, true);
        row("10.0.0.7:8000", false, true);
        row("dynamodb:8000", false, true);
        row("", false, false);
        row("[", false, true);
    }
    void allowsThisMachineOnly() {
        QFETCH(QString, host);
        QFETCH(bool, allowed);
        QFETCH(bool, allowedOnAllInterfaces);
        const std::vector<std::string> names = {"My.Machine"};
        QCOMPARE(isAllowedHost(host.toStdString(), names, false), allowed);
        QCOMPARE(isAllowedHost(host.toStdString(), names, true), allowedOnAllInterfaces);
    }

    void knowsPagesOfThisMachine() {
        QVERIFY(isLocalOrigin("http://localhost:3000"));
        QVERIFY(isLocalOrigin("https://127.0.0.1"));
        QVERIFY(!isLocalOrigin("null"));
        QVERIFY(!isLocalOrigin("file://"));
        QVERIFY(!isLocalOrigin("https://evil.example"));
        QVERIFY(!isLocalOrigin("localhost"));
    }
};

ORRERY_TEST_CLASS(HostCheckTest)
#include "host_check_test.moc"
