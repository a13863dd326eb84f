#include <rapidcheck.h>

#include <QTest>
#include <algorithm>
#include <vector>

#include "core/replication/durable_state.h"
#include "core/replication/log_shape.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::replication;

namespace {

/// A log as a list of each record's term: what LogShape must agree with.
using NaiveLog = std::vector<std::uint64_t>;

/// Few terms and short logs, so that two of them often have something in common.
NaiveLog drawLog() {
    NaiveLog terms = *rc::gen::container<NaiveLog>(rc::gen::inRange<std::uint64_t>(1, 6));
    std::ranges::sort(terms);
    return terms;
}

LogShape shapeOf(const NaiveLog& terms) {
    LogShape shape;
    for (std::size_t i = 0; i < terms.size(); ++i)
        shape.append({Term(terms[i]), Lsn(i + 1)});
    return shape;
}

std::uint64_t naiveTermAt(const NaiveLog& terms, std::uint64_t lsn) {
    return lsn == 0 || lsn > terms.size() ? 0 : terms[lsn - 1];
}

void check(bool held) {
    QVERIFY(held);
}

}  // namespace

class LogShapeTest : public QObject {
    Q_OBJECT
private slots:
    void knowsTheTermOfEveryPlace() {
        check(rc::check([] {
            const NaiveLog terms = drawLog();
            const LogShape shape = shapeOf(terms);
            RC_ASSERT(shape.last().value() == terms.size());
            for (std::uint64_t lsn = 0; lsn <= terms.size() + 1; ++lsn)
                RC_ASSERT(shape.termAt(Lsn(lsn)).value() == naiveTermAt(terms, lsn));
        }));
    }

    void findsWhereTwoLogsMayAgree() {
        check(rc::check([] {
            const NaiveLog terms = drawLog();
            const LogPosition hint{Term(*rc::gen::inRange<std::uint64_t>(0, 7)),
                                   Lsn(*rc::gen::inRange<std::uint64_t>(0, 20))};
            std::uint64_t expected = std::min<std::uint64_t>(hint.lsn.value(), terms.size());
            while (expected > 0 && naiveTermAt(terms, expected) > hint.term.value())
                --expected;
            RC_ASSERT(shapeOf(terms).lastAtMost(hint).value() == expected);
        }));
    }

    void forgetsATail() {
        check(rc::check([] {
            NaiveLog terms = drawLog();
            LogShape shape = shapeOf(terms);
            const auto from = *rc::gen::inRange<std::uint64_t>(1, terms.size() + 3);
            shape.truncateFrom(Lsn(from));
            terms.resize(std::min<std::size_t>(terms.size(), from - 1));
            RC_ASSERT(shape == shapeOf(terms));
        }));
    }

    void findsTheFirstPlaceOfATerm() {
        const LogShape shape = shapeOf({1, 1, 3, 3, 4});
        QCOMPARE(shape.firstOf(Term{1}).value(), std::uint64_t{1});
        QCOMPARE(shape.firstOf(Term{2}).value(), std::uint64_t{0});
        QCOMPARE(shape.firstOf(Term{3}).value(), std::uint64_t{3});
        QCOMPARE(shape.firstOf(Term{4}).value(), std::uint64_t{5});
        QCOMPARE(shape.firstOf(Term{5}).value(), std::uint64_t{0});
    }

    void keepsWhatFollowsATrim() {
        LogShape shape = shapeOf({1, 1, 3, 3, 4});
        shape.trimBefore(Lsn{4});
        QCOMPARE(shape.runs().size(), std::size_t{2});
        QCOMPARE(shape.termAt(Lsn{4}).value(), std::uint64_t{3});
        QCOMPARE(shape.termAt(Lsn{2}).value(), std::uint64_t{0});
        shape.resetTo({Term{5}, Lsn{9}});
        shape.append({Term{5}, Lsn{10}});
        QVERIFY(shape.contains({Term{5}, Lsn{9}}));
        QVERIFY(!shape.contains({Term{4}, Lsn{5}}));
    }

    void comesBackFromBytes() {
        check(rc::check([] {
            DurableState state;
            state.term = Term(*rc::gen::inRange<std::uint64_t>(5, kTermMax.value() + 1));
            if (*rc::gen::arbitrary<bool>()) state.vote = ZoneIndex(*rc::gen::inRange(0, 3));
            if (*rc::gen::arbitrary<bool>()) state.leader = ZoneIndex(*rc::gen::inRange(0, 3));
            state.log = shapeOf(drawLog());
            state.commit = Lsn(*rc::gen::inRange<std::uint64_t>(0, kLsnMax.value() + 1));
            state.caughtUp = *rc::gen::arbitrary<bool>();
            RC_ASSERT(DurableState::decode(state.encode()) == state);
        }));
    }

    void keepsATrimmedLogInBytes() {
        DurableState state = DurableState::appoint(ZoneIndex{2});
        state.log = shapeOf({1, 1, 3, 3, 4});
        state.term = Term{4};
        state.log.trimBefore(Lsn{4});
        QVERIFY(DurableState::decode(state.encode()) == state);
        QVERIFY(state.encode().size() < 20);
    }

    void keepsWhatACopyNeeds() {
        DurableState state = DurableState::appoint(ZoneIndex{2});
        state.standing = Standing::NeedsCopy;
        QVERIFY(DurableState::decode(state.encode()) == state);
        state.standing = Standing::Copying;
        state.copyBase = {Term{3}, Lsn{700}};
        state.term = Term{3};
        const std::string bytes = state.encode();
        QVERIFY(DurableState::decode(bytes) == state);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            QVERIFY(!DurableState::decode(bytes.substr(0, size)));
        state.standing = Standing::Whole;
        QVERIFY(DurableState::decode(state.encode()) == state);
    }

    // A replica with such a state would write its next record into a log of a later term.
    void refusesATermBeforeThatOfItsLog() {
        DurableState state = DurableState::appoint(ZoneIndex{1});
        state.log = shapeOf({1, 1, 3});
        state.term = Term{2};
        QVERIFY(!DurableState::decode(state.encode()));
        state.term = Term{3};
        QVERIFY(DurableState::decode(state.encode()).has_value());
        state.commit = kLsnMax.next();
        QVERIFY(!DurableState::decode(state.encode()));
    }

    // Whatever the disk gives back: a state, or nothing; never a crash.
    void refusesWhatItDidNotWrite() {
        const std::string bytes = DurableState::appoint(ZoneIndex{1}).encode();
        for (std::size_t size = 0; size < bytes.size(); ++size)
            QVERIFY(!DurableState::decode(bytes.substr(0, size)));
        QVERIFY(!DurableState::decode(bytes + '\0'));
        QVERIFY(!DurableState::decode('\x02' + bytes.substr(1)));
        check(rc::check([&] {
            std::string broken = *rc::gen::arbitrary<std::string>();
            broken.insert(0, 1, '\x01');
            const std::optional<DurableState> state = DurableState::decode(broken);
            if (state) RC_ASSERT(state->log.runs().size() < broken.size());
        }));
    }
};

ORRERY_TEST_CLASS(LogShapeTest)
#include "log_shape_test.moc"
