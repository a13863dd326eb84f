// Goal: the list of requests loses nothing and tells all about the request that a person chooses.

#include "widgets/requests/requests_view.h"

#include <QTest>

#include "tests/support/test_main.h"
#include "widgets/base/theme.h"
#include "widgets/requests/request_details.h"
#include "widgets/requests/requests_model.h"

using namespace orrery;
using widgets::RequestsModel;
using widgets::RequestsView;

namespace {

observe::Event request(std::uint64_t number, int status = 200) {
    observe::RequestServed served;
    served.operation = "PutItem";
    served.table = "Orders";
    served.key = "k" + std::to_string(number);
    served.kind = observe::RequestKind::Write;
    served.httpStatus = status;
    if (status >= 400) {
        served.error = "ValidationException";
        served.errorText = "The parameter cannot be converted to a numeric value: 1x";
    }
    return {EventId(number), {}, {}, served};
}

std::vector<observe::Event> requests(std::uint64_t first, std::uint64_t count) {
    std::vector<observe::Event> events;
    for (std::uint64_t i = 0; i < count; ++i)
        events.push_back(request(first + i));
    return events;
}

}  // namespace

class RequestsViewTest : public QObject {
    Q_OBJECT
private slots:
    void aListOnHoldGetsWhatCameMeanwhile() {
        RequestsView view;
        view.show();
        view.append(requests(1, 3));
        QTest::mouseClick(view.holdButton(), Qt::LeftButton);
        view.append(requests(4, 5));
        QCOMPARE(view.model()->rowCount(), 3);
        QCOMPARE(view.countLine(), QStringLiteral("3 requests, 5 on hold"));
        QTest::mouseClick(view.holdButton(), Qt::LeftButton);
        QCOMPARE(view.model()->rowCount(), 8);
        QCOMPARE(view.countLine(), QStringLiteral("8 requests"));
    }

    void theReasonOfABadFilterStaysUntilItIsMended() {
        RequestsView view;
        view.show();
        QTest::keyClicks(view.filterLine(), "colour:red");
        const QString why = view.countLine();
        QVERIFY2(why.contains("colour"), qPrintable(why));
        view.append(requests(1, 3));
        QCOMPARE(view.countLine(), why);
        view.filterLine()->clear();
        QCOMPARE(view.countLine(), QStringLiteral("3 requests"));
    }

    void theChosenRequestIsToldWhole() {
        RequestsView view;
        view.resize(700, 260);
        view.show();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        view.append(std::vector{request(1), request(2, 400)});
        QVERIFY(!view.details()->isVisible());
        QTest::keyClick(view.table(), Qt::Key_Down);
        QTest::keyClick(view.table(), Qt::Key_Down);
        QTRY_VERIFY(view.details()->isVisible());
        const QString text = view.details()->text();
        for (const char* part : {"PutItem · Orders · k2", "400 ValidationException",
                                 "The parameter cannot be converted to a numeric value: 1x"})
            QVERIFY2(text.contains(part), qPrintable(text));
        QTest::keyClick(view.table(), Qt::Key_Escape);
        QTRY_VERIFY(!view.details()->isVisible());
    }

    /// A filter makes the chosen row go.
    void theDetailsGoWithTheRequest() {
        RequestsView view;
        view.show();
        view.append(requests(1, 3));
        view.table()->selectRow(1);
        QVERIFY(view.details()->isVisible());
        view.filterLine()->setText("failed");
        QVERIFY(!view.details()->isVisible());
    }

    void aChosenRowKeepsItsColours() {
        widgets::applyTheme(widgets::Theme::Light, false);
        RequestsView view;
        view.resize(900, 200);
        view.show();
        view.append(std::vector{request(1, 500), request(2)});
        const auto colourOf = [&view](int row) {
            const QRect cell =
                view.table()->visualRect(view.model()->index(row, RequestsModel::Took));
            return view.table()->viewport()->grab().toImage().pixelColor(cell.left() + 1,
                                                                         cell.center().y());
        };
        QCOMPARE(colourOf(0), widgets::colors().badSurface);
        view.table()->selectRow(0);
        const QColor bad = colourOf(0);
        view.table()->selectRow(1);
        QVERIFY(bad != colourOf(1) && bad != widgets::colors().badSurface);
        QCOMPARE(colourOf(1), widgets::colors().selection);
    }
};

ORRERY_TEST_CLASS(RequestsViewTest)
#include "requests_view_test.moc"
