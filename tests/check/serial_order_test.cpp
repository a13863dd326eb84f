#include <QTest>

#include "core/check/serial_order.h"
#include "tests/support/test_main.h"

using orrery::check::SerialOrder;

class SerialOrderTest : public QObject {
    Q_OBJECT
private slots:
    void acceptsOperationsOneAfterAnother() {
        SerialOrder order;
        order.wrote(1, "x", 1);
        order.wrote(1, "y", 1);
        order.read(2, "x", 1);
        order.read(2, "y", 1);
        order.wrote(3, "x", 2);
        order.wrote(3, "y", 2);
        QVERIFY(order.judge().empty());
    }

    // Two items may change independently, whatever the reader saw of each.
    void acceptsAReaderBetweenTwoIndependentWriters() {
        SerialOrder order;
        order.wrote(1, "x", 1);
        order.wrote(2, "y", 1);
        order.read(3, "x", 0);
        order.read(3, "y", 1);
        QVERIFY(order.judge().empty());
    }

    void refusesAReaderThatSawHalfOfATransaction() {
        SerialOrder order;
        order.wrote(1, "x", 1);
        order.wrote(1, "y", 1);
        order.read(2, "x", 1);
        order.read(2, "y", 0);
        QVERIFY(QString::fromStdString(order.judge()).contains("without a serial order"));
    }

    // Each checked what the other one wrote.
    void refusesWriteSkew() {
        SerialOrder order;
        order.read(1, "x", 0);
        order.wrote(1, "y", 1);
        order.read(2, "y", 0);
        order.wrote(2, "x", 1);
        QVERIFY(!order.judge().empty());
    }

    void refusesTwoWritersOfOneVersion() {
        SerialOrder order;
        order.wrote(1, "x", 1);
        order.wrote(2, "x", 1);
        QVERIFY(QString::fromStdString(order.judge()).contains("both made version 1 of item x"));
    }
};

ORRERY_TEST_CLASS(SerialOrderTest)
#include "serial_order_test.moc"
