// Goal: a name that has addresses of both families reaches the server at either.

#include <QTest>

#include "core/http/server.h"
#include "tests/http/server_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::http;
using namespace orrery::http::test;

namespace {

template <typename Address>
bool connects(int family, const Address& address) {
    const int made = socket(family, SOCK_STREAM, 0);
    const bool connected =
        connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(made);
    return connected;
}

bool connectsByIpv4(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connects(AF_INET, address);
}

bool connectsByIpv6(std::uint16_t port) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = in6addr_loopback;
    return connects(AF_INET6, address);
}

bool hasIpv6() {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    const int made = socket(AF_INET6, SOCK_STREAM, 0);
    const bool bound = bind(made, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(made);
    return bound;
}

}  // namespace

class ListeningTest : public QObject {
    Q_OBJECT
private slots:
    void servesBothFamilies_data() {
        QTest::addColumn<QString>("host");
        for (const char* host : {"127.0.0.1", "localhost", "::1", "0.0.0.0", "::"})
            QTest::newRow(host) << QString(host);
    }
    void servesBothFamilies() {
        QFETCH(QString, host);
        if (!hasIpv6()) QSKIP("This machine has no IPv6.");
        World world;
        const auto port = world.server.listen(host.toStdString(), 0);
        QVERIFY(port.has_value());
        QVERIFY(connectsByIpv4(*port));
        QVERIFY(connectsByIpv6(*port));
    }
};

ORRERY_TEST_CLASS(ListeningTest)
#include "listening_test.moc"
