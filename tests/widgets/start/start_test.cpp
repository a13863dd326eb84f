#include <QTest>

#include "tests/support/test_main.h"
#include "widgets/start/connect_page.h"
#include "widgets/start/start_page.h"

using namespace orrery::widgets;

class StartTest : public QObject {
    Q_OBJECT
private slots:
    void everySnippetNamesTheEndpoint() {
        const QString endpoint = QStringLiteral("http://127.0.0.1:4711");
        for (const auto client : {ConnectClient::Cli, ConnectClient::Boto3,
                                  ConnectClient::JavaScript, ConnectClient::Java}) {
            const QString snippet = connectSnippet(client, endpoint);
            QVERIFY(snippet.contains(endpoint));
            QVERIFY(!snippet.contains(QLatin1Char('@') + QStringLiteral("endpoint")));
        }
    }

    // Without keys in the environment the CLI refuses to send anything.
    void theFirstCommandBringsItsCredentials() {
        StartPage page({});
        page.setEndpoint(QStringLiteral("http://127.0.0.1:4711"), {});
        QVERIFY(page.cliLine().startsWith("AWS_ACCESS_KEY_ID="));
        QVERIFY(page.cliLine().contains("http://127.0.0.1:4711"));
        QVERIFY(!page.cliLine().contains(u'\n'));
    }

    void withoutAnEndpointThereIsNothingToCopy() {
        ConnectPage page;
        page.setEndpoint({}, QStringLiteral("Another program uses the port."));
        QVERIFY(page.copyButton()->isHidden());
        QVERIFY(page.clients()->isHidden());
        page.setEndpoint(QStringLiteral("http://127.0.0.1:4711"), {});
        QVERIFY(!page.copyButton()->isHidden());
    }
};

ORRERY_TEST_CLASS(StartTest)
#include "start_test.moc"
