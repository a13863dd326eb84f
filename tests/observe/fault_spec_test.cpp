// Goal: each fault is in the one table, by kind and by name, and the README agrees with the table.

#include "core/observe/fault_spec.h"

#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery;

class FaultSpecTest : public QObject {
    Q_OBJECT
private slots:
    void isFoundByKindAndByName() {
        std::size_t kind = 0;
        for (const observe::FaultSpec& spec : observe::faultSpecs()) {
            QCOMPARE(static_cast<std::size_t>(spec.kind), kind++);
            QCOMPARE(&observe::specOf(spec.kind), &spec);
            QCOMPARE(observe::findFaultSpec(spec.name), &spec);
        }
        QVERIFY(observe::findFaultSpec("zone") == nullptr);
        QVERIFY(observe::faultNames().starts_with("\"zone-outage\", \"link-cut\", "));
        QVERIFY(observe::faultNames().ends_with(" or \"replication-pause\""));
    }

    void saysWhatARequestNames() {
        for (const observe::FaultSpec& spec : observe::faultSpecs()) {
            const bool hasZones = spec.target == observe::FaultTarget::Zones;
            QCOMPARE(spec.zoneCount > 0, hasZones);
            QVERIFY(!hasZones || spec.options.empty());
            QVERIFY(!observe::takesOption(spec, "duration"));
        }
        const auto& slow = observe::specOf(observe::FaultKind::RegionLinkSlow);
        QVERIFY(observe::takesOption(slow, "jitter") && !observe::takesOption(slow, "table"));
    }

    void namesItsTarget() {
        const auto& spec = observe::specOf(observe::FaultKind::ZoneOutage);
        QCOMPARE(observe::faultText(spec.shown, "us-east-1b"),
                 std::string("us-east-1b has failed"));
    }

    void standsInTheReadme() {
        QFile file(ORRERY_ROOT "/README.md");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray readme = file.readAll();
        for (const observe::FaultSpec& spec : observe::faultSpecs()) {
            const std::string row = observe::faultRow(spec);
            QVERIFY2(readme.contains(QByteArray::fromStdString(row + "\n")), row.c_str());
        }
    }
};

ORRERY_TEST_CLASS(FaultSpecTest)
#include "fault_spec_test.moc"
