#include "app/sample_loader.h"

#include <QSignalSpy>
#include <QTest>

#include "tests/app/fake_backend.h"
#include "tests/support/test_main.h"

using namespace orrery;

class SampleLoaderTest : public QObject {
    Q_OBJECT
private slots:
    void makesTheTablesAndPutsEveryItem() {
        test::FakeBackend backend;
        app::SampleLoader loader(&backend, "eu-west-1");
        QSignalSpy finished(&loader, &app::SampleLoader::finished);
        QSignalSpy progressed(&loader, &app::SampleLoader::progressed);
        loader.load("shop");
        QVERIFY(loader.isLoading());
        QVERIFY(finished.wait());
        QCOMPARE(finished[0][0].toString(), QString());
        QCOMPARE(finished[0][1].toStringList(), (QStringList{"ShopProfiles", "ShopCarts"}));
        QCOMPARE(progressed.last()[1].toDouble(), 1.0);
        std::size_t items = 0;
        for (const exchange::SampleSet& set : exchange::sampleSets())
            for (const exchange::SampleTable& table : set.tables)
                if (set.name == "shop") items += table.items.size();
        std::int64_t stored = 0;
        const observe::SnapshotPtr snapshot = backend.snapshot();
        for (const auto& table : snapshot->regions[0]->tables)
            stored += table->itemCount;
        QCOMPARE(stored, static_cast<std::int64_t>(items));
        QCOMPARE(backend.lastCall("CreateTable")->region, std::string("eu-west-1"));
    }

    void stopsWithTheErrorOfTheEngine() {
        test::FakeBackend backend;
        app::SampleLoader loader(&backend, "eu-west-1");
        QSignalSpy finished(&loader, &app::SampleLoader::finished);
        backend.refuseNextCall("LimitExceededException", "Too many tables");
        loader.load("games");
        QVERIFY(finished.wait());
        QCOMPARE(finished[0][0].toString(),
                 QStringLiteral("LimitExceededException: Too many tables"));
        QVERIFY(!loader.isLoading());
    }

    // Its items may have been edited since.
    void aTableThatExistsIsLeftAsItIs() {
        test::FakeBackend backend;
        app::SampleLoader loader(&backend, "eu-west-1");
        QSignalSpy finished(&loader, &app::SampleLoader::finished);
        loader.load("games");
        QVERIFY(finished.wait());
        const std::size_t calls = backend.calls().size();
        backend.refuseNextCall("ResourceInUseException", "Table already exists: GameScores");
        loader.load("games");
        QVERIFY(finished.wait());
        QCOMPARE(finished[1][0].toString(),
                 QStringLiteral("table GameScores exists already. Delete it to load this sample"));
        QCOMPARE(backend.calls().size(), calls + 1);
    }

    void anUnknownSampleIsNothing() {
        test::FakeBackend backend;
        app::SampleLoader loader(&backend, "eu-west-1");
        loader.load("nothing");
        QVERIFY(!loader.isLoading());
        QVERIFY(backend.calls().empty());
    }
};

ORRERY_TEST_CLASS(SampleLoaderTest)
#include "sample_loader_test.moc"
