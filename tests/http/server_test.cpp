// Goal: a server on real sockets keeps answers in order, survives broken clients, and closes slow
// connections when it is told that time has passed. Method: server and client share this thread;
// the client is a socket that is written and read between two polls of the loop, so nothing waits
// and nothing depends on a clock.

#include "core/http/server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <QRegularExpression>
#include <QTest>

#include "tests/http/server_harness.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::http;
using namespace orrery::http::test;
using namespace std::chrono_literals;

class ServerTest : public QObject {
    Q_OBJECT
private slots:
    void answersOnAConnectionThatStaysOpen() {
        World world;
        Client client(world);
        for (int i = 0; i < 3; ++i) {
            client.send(post("hello"));
            const QString reply = client.receive();
            QVERIFY(reply.startsWith("HTTP/1.1 200 OK\r\n"));
            QVERIFY(reply.endsWith("\r\n\r\nhello"));
            QVERIFY(!client.closed);
        }
        QCOMPARE(world.server.connectionCount(), std::size_t{1});
    }

    // The connection comes while no file descriptor is left, and nobody else is connected.
    void acceptsAgainOnceFileDescriptorsAreFree() {
        World world;
        QVERIFY(!world.server.needsTicks());
        Client client(world);
        const int next = dup(0);
        close(next);
        rlimit before{};
        getrlimit(RLIMIT_NOFILE, &before);
        rlimit none = before;
        none.rlim_cur = static_cast<rlim_t>(next);
        setrlimit(RLIMIT_NOFILE, &none);
        world.poll();
        setrlimit(RLIMIT_NOFILE, &before);
        QCOMPARE(world.server.connectionCount(), std::size_t{0});
        QVERIFY(world.server.needsTicks());
        world.server.tick(1s, CalendarTime());
        client.send(post("hello"));
        QVERIFY(client.receive().endsWith("\r\n\r\nhello"));
    }

    void keepsPipelinedAnswersInOrder() {
        World world;
        world.answerer.echo = false;
        Client client(world);
        client.send(post("a") + post("b") + post("c"));
        QCOMPARE(world.answerer.asked.size(), std::size_t{3});
        const auto asked = world.answerer.asked;
        world.server.reply(asked[2].id, {}, "third");
        world.server.reply(asked[1].id, {}, "second");
        QVERIFY(client.receive().isEmpty());
        world.server.reply(asked[0].id, {}, "first");
        const QString replies = client.receive();
        QCOMPARE(repliesIn(replies), 3);
        QVERIFY(replies.indexOf("first") < replies.indexOf("second"));
        QVERIFY(replies.indexOf("second") < replies.indexOf("third"));
    }

    void readsNoMoreThanItMayHold() {
        World world({.pipelinedMax = 4});
        world.answerer.echo = false;
        Client client(world);
        std::string many;
        for (int i = 0; i < 100; ++i)
            many += post(std::to_string(i));
        client.send(many);
        QCOMPARE(world.answerer.asked.size(), std::size_t{4});
        QString replies;
        for (std::size_t answered = 0; answered < 100; ++answered) {
            QVERIFY(answered < world.answerer.asked.size());
            const auto& asked = world.answerer.asked[answered];
            QCOMPARE(asked.body, std::to_string(answered));
            world.server.reply(asked.id, {}, "x");
            world.poll();
        }
        QCOMPARE(repliesIn(client.receive()), 100);
    }

    void letsAClientWaitForLeave() {
        World world;
        Client client(world);
        client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
            "Content-Length: 5\r\n\r\n");
        QCOMPARE(client.receive(), QString("HTTP/1.1 100 Continue\r\n\r\n"));
        client.send("hello");
        QVERIFY(client.receive().endsWith("hello"));
    }

    // The answer must arrive although the client has not finished sending (RFC 9112, 9.6).
    void tellsAClientThatItSendsTooMuch() {
        World world({.bodyBytesMax = 1000});
        Client client(world);
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
        client.send(std::string(300'000, 'x'));
        const QString reply = client.receive();
        QVERIFY(reply.startsWith("HTTP/1.1 413 "));
        QVERIFY(reply.contains("Connection: close"));
        QVERIFY(client.closed);
        QVERIFY(world.answerer.asked.empty());
        client.endSending();
        QCOMPARE(world.server.connectionCount(), std::size_t{0});
    }

    void endsABrokenConnectionWithAnAnswer() {
        World world;
        Client client(world);
        client.send(post("fine") + "nonsense\r\n\r\n" + post("never seen"));
        const QString replies = client.receive();
        QCOMPARE(repliesIn(replies), 2);
        QVERIFY(replies.contains("fine"));
        QVERIFY(replies.contains("HTTP/1.1 400 Bad Request"));
        QCOMPARE(world.answerer.asked.size(), std::size_t{1});
    }

    void answersAClientThatHasFinishedSending() {
        World world;
        world.answerer.echo = false;
        Client client(world);
        client.send(post("a"));
        client.endSending();
        world.server.reply(world.answerer.asked[0].id, {}, "late");
        QVERIFY(client.receive().endsWith("late"));
        QVERIFY(client.closed);
        QCOMPARE(world.server.connectionCount(), std::size_t{0});
    }

    void dropsAnswersToNobody() {
        World world;
        world.answerer.echo = false;
        {
            Client client(world);
            client.send(post("a"));
        }
        world.poll();
        world.server.reply(world.answerer.asked[0].id, {}, "to nobody");
        world.server.reply({99, 99}, {}, "to nobody");
        world.poll();
        Client other(world);
        world.answerer.echo = true;
        other.send(post("b"));
        QVERIFY(other.receive().endsWith("\r\n\r\nb"));
    }

    void answersHeadWithoutABody() {
        World world;
        world.answerer.echo = false;
        Client client(world);
        client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
        world.server.reply(world.answerer.asked[0].id, {.status = 400}, "twelve bytes");
        const QString reply = client.receive();
        QVERIFY(reply.contains(QRegularExpression("Content-Length: +12\r\n")));
        QVERIFY(reply.endsWith("\r\n\r\n"));
    }

    void closesSlowConnections() {
        World world;
        Client silent(world);
        Client drips(world);
        Client partial(world);
        drips.send("POST / HTTP/1.1\r\n");
        partial.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n" +
                     std::string(20'000, 'x'));
        for (int second = 1; second <= 19; ++second) {
            world.server.tick(std::chrono::seconds(second), CalendarTime());
            drips.send("a");
        }
        QCOMPARE(world.server.connectionCount(), std::size_t{3});
        world.server.tick(21s, CalendarTime());
        QVERIFY(drips.receive().startsWith("HTTP/1.1 408 "));
        QVERIFY(drips.closed);
        QVERIFY(partial.receive().isEmpty());
        QVERIFY(!partial.closed);
        world.server.tick(32s, CalendarTime());
        QVERIFY(partial.receive().startsWith("HTTP/1.1 408 "));
        QVERIFY(silent.receive().isEmpty());
        QVERIFY(!silent.closed);
        world.server.tick(11min, CalendarTime());
        silent.receive();
        QVERIFY(silent.closed);
        QCOMPARE(world.server.connectionCount(), std::size_t{0});
    }

    void doesNotCutOffAClientThatWaitsForUs() {
        World world;
        world.answerer.echo = false;
        Client client(world);
        client.send(post("a"));
        world.server.tick(24h, CalendarTime());
        world.server.reply(world.answerer.asked[0].id, {}, "after a day");
        QVERIFY(client.receive().endsWith("after a day"));
    }

    void cutsOffAClientThatDoesNotRead() {
        World world;
        world.answerer.echo = false;
        Client client(world);
        client.send(post("a"));
        std::string large;
        large.resize(30'000'000, 'x');
        world.server.reply(world.answerer.asked[0].id, {}, large);
        world.poll();
        world.server.tick(29s, CalendarTime());
        QCOMPARE(world.server.connectionCount(), std::size_t{1});
        world.server.tick(60s, CalendarTime());
        QCOMPARE(world.server.connectionCount(), std::size_t{0});
    }

    void makesRoomByClosingTheIdlest() {
        World world({.connectionsMax = 2});
        Client first(world);
        world.poll();
        world.server.tick(1s, CalendarTime());
        Client second(world);
        second.send(post("b"));
        Client third(world);
        third.send(post("c"));
        QVERIFY(third.receive().endsWith("c"));
        first.receive();
        QVERIFY(first.closed);
        second.receive();
        QVERIFY(!second.closed);
    }

    void streamsUntilTheClientLeaves() {
        World world;
        world.answerer.echo = false;
        std::optional<std::size_t> left;
        ExchangeId id;
        {
            Client client(world);
            client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
            id = world.answerer.asked[0].id;
            world.server.beginStream(id, {.contentType = "application/jsonl", .crc = false},
                                     StreamKind::Endless);
            world.server.stream(id, "{\"id\":1}\n");
            const QString head = client.receive();
            QVERIFY(head.contains("Transfer-Encoding: chunked"));
            QVERIFY(head.endsWith("\r\n\r\n9\r\n{\"id\":1}\n\r\n"));
            left = world.server.stream(id, "0123456789abcdef");
            QVERIFY(left.has_value());
            QCOMPARE(client.receive(), QString("10\r\n0123456789abcdef\r\n"));
        }
        world.poll();
        QVERIFY(!world.server.stream(id, "x").has_value());
    }

    void aStreamMayEndAndTheConnectionGoesOn() {
        World world;
        world.answerer.echo = false;
        Client client(world);
        client.send(get("/snapshot") + get("/next"));
        const ExchangeId id = world.answerer.asked[0].id;
        world.server.reply(world.answerer.asked[1].id, {}, "next");
        world.server.beginStream(id, {.crc = false}, StreamKind::Finite);
        QVERIFY(world.server.stream(id, "0123456789abcdef").has_value());
        QVERIFY(world.server.stream(id, "").has_value());
        world.server.endStream(id);
        QVERIFY(!world.server.stream(id, "late").has_value());
        const QString text = client.receive();
        QVERIFY(text.contains("Transfer-Encoding: chunked"));
        QVERIFY(text.contains("\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"));
        QVERIFY(text.endsWith("\r\n\r\nnext"));
        QVERIFY(!client.closed);
    }

    // What comes piece by piece waits for the answers before it.
    void aStreamThatEndsKeepsItsTurn() {
        World world;
        world.answerer.echo = false;
        Client client(world);
        client.send(get("/first") + get("/snapshot"));
        const ExchangeId id = world.answerer.asked[1].id;
        world.server.beginStream(id, {.crc = false}, StreamKind::Finite);
        world.server.stream(id, "ab");
        world.server.reply(world.answerer.asked[0].id, {}, "first");
        world.server.stream(id, "cd");
        world.server.endStream(id);
        const QString text = client.receive();
        QVERIFY(text.indexOf("first") < text.indexOf("2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"));
        QVERIFY(text.endsWith("0\r\n\r\n"));
    }

    void aClientWithoutChunksGetsTheLength() {
        World world;
        world.answerer.echo = false;
        for (const char* head :
             {"HEAD /snapshot HTTP/1.1\r\nHost: a\r\n\r\n", "GET /snapshot HTTP/1.0\r\n\r\n"}) {
            Client client(world);
            client.send(head);
            const ExchangeId id = world.answerer.asked.back().id;
            world.server.beginStream(id, {.crc = false}, StreamKind::Finite);
            world.server.stream(id, "0123");
            world.server.stream(id, "4567");
            world.server.endStream(id);
            const QString text = client.receive();
            QVERIFY(text.contains("Content-Length:         8\r\n"));
            QVERIFY(text.endsWith(head[0] == 'H' ? "\r\n\r\n" : "\r\n\r\n01234567"));
        }
    }

    // Whoever adds more only as the client takes what is there must not wait for ever.
    void tellsWhatOfAStreamWaitsForTheClient() {
        const std::string much(1'000'000, 'x');
        for (const char* head :
             {"HEAD /snapshot HTTP/1.1\r\nHost: a\r\n\r\n", "GET /snapshot HTTP/1.0\r\n\r\n"}) {
            World world;
            world.answerer.echo = false;
            Client client(world);
            client.send(head);
            const ExchangeId id = world.answerer.asked[0].id;
            world.server.beginStream(id, {.crc = false}, StreamKind::Finite);
            QCOMPARE(world.server.stream(id, much).value(), std::size_t{0});
        }
        World world;
        world.answerer.echo = false;
        Client client(world);
        client.send(get("/first") + get("/snapshot"));
        const ExchangeId id = world.answerer.asked[1].id;
        world.server.beginStream(id, {.crc = false}, StreamKind::Finite);
        QVERIFY(world.server.stream(id, "waits for its turn").value() > 0);
        world.server.reply(world.answerer.asked[0].id, {}, "first");
        client.receive();
        static_cast<void>(world.server.stream(id, ""));
        QVERIFY(client.receive().contains("waits for its turn"));
        QCOMPARE(world.server.stream(id, "").value(), std::size_t{0});
    }

    void finishesWhatIsUnderWay() {
        World world;
        world.answerer.echo = false;
        Client idle(world);
        Client busy(world);
        busy.send(post("a"));
        world.server.stopListening();
        world.server.closeWhenAnswered();
        idle.receive();
        QVERIFY(idle.closed);
        QVERIFY(world.server.isBusy());
        world.server.reply(world.answerer.asked[0].id, {}, "the last");
        QVERIFY(busy.receive().endsWith("the last"));
        QVERIFY(busy.closed);
        QVERIFY(!world.server.isBusy());
        Client late(world);
        QVERIFY(!late.connected);
    }

    void saysThatAPortIsTaken() {
        World world;
        World other;
        const auto bound = other.server.listen("127.0.0.1", world.port);
        QVERIFY(!bound.has_value());
        QVERIFY(QString::fromStdString(bound.error()).contains("another program uses it"));
        QVERIFY(!other.server.listen("no such host", 0).has_value());
    }
};

ORRERY_TEST_CLASS(ServerTest)
#include "server_test.moc"
