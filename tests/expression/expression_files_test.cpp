#include <QTest>

#include "tests/expression/expression_file.h"
#include "tests/support/test_main.h"

using namespace orrery::test;

// Goal: expressions mean what they mean to the service, and fail with its texts. Method: the .test
// files of this folder, one row per case.
class ExpressionFilesTest : public QObject {
    Q_OBJECT
private slots:
    void answersAsWritten_data();
    void answersAsWritten();
};

void ExpressionFilesTest::answersAsWritten_data() {
    QTest::addColumn<QString>("expected");
    QTest::addColumn<QString>("actual");
    for (const char* name : {"condition", "condition_errors", "key_condition", "projection",
                             "update", "update_errors"}) {
        QFile file(QStringLiteral(ORRERY_TEST_SOURCE_DIR "/%1.test").arg(name));
        QVERIFY2(file.open(QIODevice::ReadOnly), name);
        const auto cases = runExpressionFile(file.readAll().toStdString());
        QVERIFY2(cases.size() > 30, name);
        for (const ExpressionCase& each : cases) {
            const QByteArray row = QByteArray(name) + ".test:" + QByteArray::number(each.line) +
                                   " " + QByteArray::fromStdString(each.expression);
            QTest::newRow(row.constData())
                << QString::fromStdString(each.expected) << QString::fromStdString(each.actual);
        }
    }
}

void ExpressionFilesTest::answersAsWritten() {
    QFETCH(QString, expected);
    QFETCH(QString, actual);
    QCOMPARE(actual, expected);
}

ORRERY_TEST_CLASS(ExpressionFilesTest)
#include "expression_files_test.moc"
