#include "core/base/region_name.h"

#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery;

class RegionNameTest : public QObject {
    Q_OBJECT
private slots:
    void takesAnyNameThatARegionCanHave_data() {
        QTest::addColumn<QString>("region");
        QTest::addColumn<bool>("allowed");
        for (const char* region : {"us-east-1", "localhost", "local", "local-env", "ddblocal", "1"})
            QTest::newRow(region) << region << true;
        QTest::newRow("32") << QString(32, 'a') << true;
        QTest::newRow("33") << QString(33, 'a') << false;
        for (const char* region : {"", "US-EAST-1", "a_b", "a b", "ü", ".."})
            QTest::newRow(qPrintable(QString("not ") + region)) << region << false;
    }
    void takesAnyNameThatARegionCanHave() {
        QFETCH(QString, region);
        QFETCH(bool, allowed);
        QCOMPARE(isRegionName(region.toStdString()), allowed);
    }
};

ORRERY_TEST_CLASS(RegionNameTest)
#include "region_name_test.moc"
