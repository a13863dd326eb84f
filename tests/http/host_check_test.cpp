#include "core/http/host_check.h"

#include <QTest>

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
        row("[0:0:0:0:0:0:0:1]", true, true);
        row("[::ffff:127.0.0.1]:8000", true, true);
        row("localhost.", true, true);
        row("localhost.:8000", true, true);
        row("dynamodb.localhost.:8000", true, true);
        row("localhost..", false, false);
        row("[::1].evil.com", false, false);
        row("[::1].evil.com:8000", false, false);
        row("[::1]evil.com", false, false);
        row("[::1", false, false);
        row("[::2]", false, true);
        row("localhost:evil.com", false, false);
        row("localhost:8000@evil.com", false, false);
        row(".", false, false);
        row(":8000", false, false);
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
        row("[", false, false);
    }
    void allowsThisMachineOnly() {
        QFETCH(QString, host);
        QFETCH(bool, allowed);
        QFETCH(bool, allowedOnAllInterfaces);
        const std::vector<std::string> names = {"My.Machine"};
        QCOMPARE(isAllowedHost(host.toStdString(), names, false), allowed);
        QCOMPARE(isAllowedHost(host.toStdString(), names, true), allowedOnAllInterfaces);
    }

    // With all interfaces, the names that only a private network can resolve.
    void allowsNamesOfPrivateNetworks() {
        for (const char* host :
             {"dynamodb.tests.svc.cluster.local:8000", "host.testcontainers.internal:8000",
              "db.home.arpa", "db.test", "nas.lan", "box.localdomain"}) {
            QVERIFY2(isAllowedHost(host, {}, true), host);
            QVERIFY2(!isAllowedHost(host, {}, false), host);
        }
        for (const char* host : {"local.evil.example", "evil.locals", "internal.example.com"})
            QVERIFY2(!isAllowedHost(host, {}, true), host);
    }

    void allowsNamesByPattern() {
        const std::vector<std::string> below = {"*.Example.com"};
        QVERIFY(isAllowedHost("db.example.com:8000", below, false));
        QVERIFY(isAllowedHost("a.b.EXAMPLE.com", below, false));
        for (const char* host : {"example.com", "badexample.com", "db.example.com.evil.org",
                                 ".example.com", "db.example.com:evil"})
            QVERIFY2(!isAllowedHost(host, below, false), host);
        const std::vector<std::string> every = {"*"};
        QVERIFY(isAllowedHost("anything.example.org:1", every, false));
        QVERIFY(!isAllowedHost("", every, false));
    }

    void findsTheAddressThatItListensOn() {
        const std::vector<std::string> names = {"2001:db8::7"};
        QVERIFY(isAllowedHost("[2001:db8::7]:8000", names, false));
        QVERIFY(!isAllowedHost("[2001:db8::8]:8000", names, false));
    }

    void knowsPagesOfThisMachine() {
        for (const char* origin :
             {"http://localhost:3000", "http://localhost", "https://app.localhost:8443",
              "https://127.0.0.1", "http://127.1.2.3:99999", "http://[::1]:5173"})
            QVERIFY2(isLoopbackOrigin(origin), origin);
        for (const char* origin :
             {"null", "file://", "https://evil.example", "localhost", "http://localhost.evil.com",
              "http://evil.com:80@localhost", "http://localhost/evil", "ftp://localhost",
              "http://[::1].evil.com", "http://", "chrome-extension://localhost", ""})
            QVERIFY2(!isLoopbackOrigin(origin), origin);
    }
};

ORRERY_TEST_CLASS(HostCheckTest)
#include "host_check_test.moc"
