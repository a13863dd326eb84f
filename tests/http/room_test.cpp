#include "core/http/room.h"

#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery::http;
using Pool = Room::Pool;

namespace {

constexpr Room::Limits kLimits{
    .connectionBytesMax = 40, .bytesMax = 100, .smallBytesMax = 50, .smallBytes = 10};

Needs needs(std::size_t bytes, bool urgent = false) {
    return {.requestBytes = 0, .answerBytes = bytes, .urgent = urgent};
}

}  // namespace

class RoomTest : public QObject {
    Q_OBJECT
private slots:
    void admitsTheFirstRequestOfAConnectionWhateverItNeeds() {
        const Room room(kLimits);
        QVERIFY(room.fitsConnection(0, needs(1000)));
        QVERIFY(room.fitsConnection(30, needs(10)));
        QVERIFY(!room.fitsConnection(31, needs(10)));
    }

    void boundsWhatIsUnderWay() {
        Room room(kLimits);
        QVERIFY(room.take(Pool::Common, needs(60)));
        QVERIFY(!room.take(Pool::Common, needs(41)));
        QVERIFY(room.take(Pool::Common, needs(40)));
        room.release(Pool::Common, 60);
        QVERIFY(room.take(Pool::Common, needs(60)));
        QCOMPARE(room.bytes(), std::size_t{100});
    }

    void countsAnswersThatAreNotTaken() {
        Room room(kLimits);
        room.noteUnsent(0, 95);
        QVERIFY(!room.take(Pool::Common, needs(10)));
        room.noteUnsent(95, 20);
        QVERIFY(room.take(Pool::Common, needs(10)));
        room.noteUnsent(20, 0);
        QCOMPARE(room.bytes(), std::size_t{10});
    }

    void keepsRoomForThoseThatAskForLittle() {
        Room room(kLimits);
        QVERIFY(room.poolOf(0, needs(10)) == Pool::Small);
        QVERIFY(room.poolOf(0, needs(11)) == Pool::Common);
        QVERIFY(room.poolOf(1, needs(10)) == Pool::Common);
        room.noteUnsent(0, 120);
        for (int i = 0; i < 5; ++i)
            QVERIFY(room.take(Pool::Small, needs(10)));
        QVERIFY(!room.take(Pool::Small, needs(10)));
        room.release(Pool::Small, 10);
        QVERIFY(room.take(Pool::Small, needs(10)));
        // The untaken answers of small requests are bounded too.
        room.release(Pool::Small, 50);
        room.noteUnsent(120, 151);
        QVERIFY(!room.take(Pool::Small, needs(1)));
    }

    void admitsUrgentRequestsAndASingleLargeOne() {
        Room room(kLimits);
        QVERIFY(room.take(Pool::Common, needs(500)));
        QVERIFY(!room.take(Pool::Common, needs(1)));
        QVERIFY(room.take(Pool::Common, needs(1, true)));
        QVERIFY(room.take(Pool::Small, needs(1, true)));
    }
};

ORRERY_TEST_CLASS(RoomTest)
#include "room_test.moc"
