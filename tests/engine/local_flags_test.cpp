// DynamoDB Local's command line, as launchers and test containers write it.

#include "app/local_flags.h"

#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery::app;

class LocalFlagsTest : public QObject {
    Q_OBJECT
private slots:
    void translatesThem_data() {
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("taken");
        QTest::addColumn<bool>("banner");
        const auto row = [](const char* given, const char* taken, bool banner) {
            QTest::newRow(given) << QString(given) << QString(taken) << banner;
        };
        row("-port 8001 -inMemory -sharedDb", "--port 8001 --memory --namespace shared", true);
        row("--inMemory", "--memory", true);
        row("-dbPath /data -optimizeDbBeforeStartup", "--data /data", true);
        row("-cors * -disableTelemetry -delayTransientStatuses", "--cors *", true);
        row("--cors https://a.example", "--cors https://a.example", false);
        row("-Djava.library.path=./DynamoDBLocal_lib -Xmx1g -jar DynamoDBLocal.jar -inMemory",
            "--memory", true);
        row("-help", "--help", false);
        row("-version", "--version", false);
        row("--port 8001 --memory", "--port 8001 --memory", false);
        row("--seed 7 --demo", "--seed 7 --demo", false);
    }
    void translatesThem() {
        QFETCH(QString, given);
        QFETCH(QString, taken);
        QFETCH(bool, banner);
        std::vector<std::string> arguments;
        for (const QString& word : given.split(' '))
            arguments.push_back(word.toStdString());
        const LocalFlags flags = translateLocalFlags(arguments);
        QStringList words;
        for (const std::string& word : flags.arguments)
            words.push_back(QString::fromStdString(word));
        QCOMPARE(words.join(' '), taken);
        QCOMPARE(flags.wantsBanner, banner);
    }

    void printsWhatContainersWaitFor() {
        const LocalFlags flags = translateLocalFlags({"-inMemory", "-cors", "*"});
        QCOMPARE(QString::fromStdString(localBanner(flags, 8000, "1.2")),
                 QString("Initializing DynamoDB Local with the following configuration:\n"
                         "Port:\t8000\nInMemory:\ttrue\nVersion:\t1.2\nDbPath:\tnull\n"
                         "SharedDb:\tfalse\nshouldDelayTransientStatuses:\tfalse\n"
                         "CorsParams:\t*\n\n"));
    }
};

ORRERY_TEST_CLASS(LocalFlagsTest)
#include "local_flags_test.moc"
