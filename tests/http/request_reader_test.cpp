// Goal: a client's bytes become the same requests however the network splits them, and anything
// that is not a request is refused before it costs memory.

#include "core/http/request_reader.h"

#include <QTest>

#include <cstring>
#include <vector>

#include "tests/support/test_main.h"

using namespace orrery::http;
using Outcome = RequestReader::Outcome;

namespace {

struct Seen {
    std::string method;
    std::string target;
    std::string body;
    std::string amzTarget;
    bool keepAlive = true;
    bool operator==(const Seen&) const = default;
};

struct Run {
    std::vector<Seen> requests;
    int continues = 0;
    int refusedWith = 0;
    bool holdsPartialRequest = false;
};

/// Feeds `bytes` in pieces of `piece` bytes and takes every request as soon as it is complete.
Run feed(const std::string& bytes, std::size_t piece, const RequestReader::Limits& limits = {}) {
    Run run;
    RequestReader reader(limits);
    std::size_t fed = 0;
    while (fed < bytes.size() && run.refusedWith == 0) {
        const std::span<char> room = reader.prepare();
        const std::size_t size = std::min({piece, room.size(), bytes.size() - fed});
        std::memcpy(room.data(), bytes.data() + fed, size);
        reader.commit(size);
        fed += size;
        Request request;
        for (Outcome outcome = reader.next(request);; outcome = reader.next(request)) {
            if (outcome == Outcome::NeedMore) break;
            if (outcome == Outcome::NeedContinue) {
                ++run.continues;
            } else if (outcome == Outcome::Refused) {
                run.refusedWith = reader.refusal().status;
                break;
            } else {
                run.requests.push_back({std::string(request.methodName),
                                        std::string(request.target), std::string(request.body),
                                        std::string(request.amzTarget), request.keepAlive});
            }
        }
    }
    run.holdsPartialRequest = reader.holdsPartialRequest();
    return run;
}

std::string post(const std::string& body, const std::string& headers = "") {
    return "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\n" +
           headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string kChunked =
    "POST /c HTTP/1.1\r\nHost: a\r\nx-amz-target: T\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;name=value\r\nhello\r\nb\r\n, my world!\r\n0\r\nTrailer: x\r\n\r\n";
const std::string kNoChunk =
    "POST /n HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";

}  // namespace

class RequestReaderTest : public QObject {
    Q_OBJECT
private slots:
    void readsTheSameHoweverItIsCut() {
        const std::string large(50'000, 'y');
        const std::string bytes = post("{}") + kChunked + "GET /x?a=b HTTP/1.1\r\nHost: a\r\n\r\n" +
                                  post(large) + kChunked + post("") + kNoChunk;
        const Run whole = feed(bytes, bytes.size());
        QCOMPARE(whole.refusedWith, 0);
        QCOMPARE(whole.requests.size(), std::size_t{7});
        QVERIFY((whole.requests[0] == Seen{"POST", "/", "{}", "DynamoDB_20120810.GetItem"}));
        QVERIFY((whole.requests[1] == Seen{"POST", "/c", "hello, my world!", "T"}));
        QVERIFY((whole.requests[2] == Seen{"GET", "/x?a=b", "", ""}));
        QCOMPARE(whole.requests[3].body, large);
        for (const std::size_t piece : {1, 2, 3, 7, 64, 1000, 16'384, 40'000}) {
            const Run run = feed(bytes, piece);
            QCOMPARE(run.refusedWith, 0);
            QVERIFY(run.requests == whole.requests);
            QVERIFY(!run.holdsPartialRequest);
        }
    }

    void waitsForTheRest() {
        const std::string bytes = post("{\"a\":1}");
        for (std::size_t size = 1; size < bytes.size(); ++size) {
            const Run run = feed(bytes.substr(0, size), 10);
            QVERIFY(run.requests.empty());
            QVERIFY(run.holdsPartialRequest);
        }
    }

    void asksForABodyThatWaitsOnce() {
        const std::string head = post(std::string(40'000, 'z'), "Expect: 100-continue\r\n");
        QCOMPARE(feed(head.substr(0, head.size() - 40'000), 30).continues, 1);
        QCOMPARE(feed(head, 100).continues, 1);
        // A client that sends the body at once needs no "100 Continue".
        QCOMPARE(feed(head, head.size()).requests.size(), std::size_t{1});
    }

    void knowsWhenAConnectionEnds() {
        QVERIFY(feed(post("{}"), 99).requests[0].keepAlive);
        QVERIFY(!feed(post("{}", "Connection: close\r\n"), 99).requests[0].keepAlive);
        QVERIFY(!feed("GET / HTTP/1.0\r\n\r\n", 99).requests[0].keepAlive);
        QVERIFY(feed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 99).requests[0].keepAlive);
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("status");
        const auto row = [](const char* name, const std::string& bytes, int status) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << status;
        };
        row("no HTTP", "hello\r\n\r\n", 400);
        row("TLS", std::string("\x16\x03\x01\x02\x00\x01\r\n\r\n", 10), 400);
        row("a blank in a name", "GET / HTTP/1.1\r\nBad Name: x\r\n\r\n", 400);
        row("two lengths", "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            400);
        row("length and chunks",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nab", 400);
        row("coded HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400);
        row("bare line feeds", "GET / HTTP/1.1\nHost: a\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
        row("a folded field", "GET / HTTP/1.1\r\nHost: local\r\n host\r\n\r\n", 400);
        row("a folded field that nobody reads", "GET / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n", 400);
        row("a chunk of no size",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\r\n0\r\n\r\n", 400);
        row("a chunk of signed size",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n", 400);
        // An answer cannot repeat bytes that are not text.
        row("no text in the target", "GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", 400);
        row("no text in a field",
            "POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: \xc3(\r\nContent-Length: 0\r\n\r\n", 400);
        row("negative length", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400);
        row("a broken chunk",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n", 400);
        row("too large", "POST / HTTP/1.1\r\nContent-Length: 100001\r\n\r\n", 413);
        row("too large by far", "POST / HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n", 413);
        row("too large in chunks",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n186a1\r\n" +
                std::string(100'001, 'x') + "\r\n0\r\n\r\n",
            413);
        // At the chunk's head: nothing of it needs to arrive.
        for (const char* size : {"186a1", "7fffffffffffffff", "ffffffffffffffff"})
            row(size,
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n" +
                    std::string(size) + "\r\nab",
                413);
        row("a head without end", "GET / HTTP/1.1\r\nA: " + std::string(9'000, 'x'), 400);
        row("a large head", "GET / HTTP/1.1\r\nA: " + std::string(9'000, 'x') + "\r\n\r\n", 400);
        row("a large head of a request that is refused anyway",
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\nA: " + std::string(9'000, 'x') +
                "\r\n\r\n",
            400);
    }
    void refuses() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, status);
        const RequestReader::Limits limits{.headBytesMax = 8'192, .bodyBytesMax = 100'000};
        for (const std::size_t piece : {std::size_t{7}, std::size_t{4'000}, std::size_t{200'000}}) {
            const Run run = feed(bytes.toStdString(), piece, limits);
            QCOMPARE(run.refusedWith, status);
            QVERIFY(run.requests.empty());
        }
    }

    // Some clients end a body with a line end that belongs to nothing (RFC 9112, 2.2).
    void skipsEmptyLinesBeforeARequest() {
        const std::string request = "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi";
        const std::string bytes = "\r\n\r\n" + request + "\r\n" + request + "\r\n";
        for (const std::size_t piece : {1, 2, 3, 7, 4'000}) {
            const Run run = feed(bytes, piece);
            QCOMPARE(run.requests.size(), std::size_t{2});
            QCOMPARE(run.requests[1].body, std::string("hi"));
            QCOMPARE(run.refusedWith, 0);
            QVERIFY(!run.holdsPartialRequest);
        }
        QCOMPARE(feed("\rPOST / HTTP/1.1\r\n\r\n", 4'000).refusedWith, 400);
    }

    void takesABodyOfExactlyTheLimit() {
        const auto post = [](std::size_t bytes) {
            return "POST / HTTP/1.1\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
                   std::string(bytes, 'x');
        };
        constexpr std::size_t kPiece = 1'000'000;
        QCOMPARE(feed(post(16 * 1024 * 1024), kPiece).requests.size(), std::size_t{1});
        QCOMPARE(feed(post(16 * 1024 * 1024 + 1), kPiece).refusedWith, 413);
    }

    // Requests that one server would read as a body and another as a request (RFC 9112, 6.1 and
    // 11.2).
    void refusesWhatCouldHideARequest_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("status");
        const auto coded = [](const std::string& fields, int status) {
            const std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\n" + fields +
                                      "\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
            QTest::newRow(fields.c_str()) << QByteArray::fromStdString(bytes) << status;
        };
        coded("Transfer-Encoding: gzip\r\n", 501);
        coded("Transfer-Encoding: xchunked\r\n", 501);
        coded("Transfer-Encoding: gzip, chunked\r\n", 501);
        coded("Transfer-Encoding: chunked, gzip\r\n", 501);
        coded("Transfer-Encoding: chunked, chunked\r\n", 501);
        coded("Transfer-Encoding: chunked,\r\n", 501);
        coded("Transfer-Encoding: \"chunked\"\r\n", 501);
        coded("Transfer-Encoding: identity\r\n", 501);
        coded("Transfer-Encoding:\r\n", 501);
        coded("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", 501);
        coded("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", 501);
        coded("Content-Length: 5\r\nTransfer-Encoding: gzip\r\n", 400);
        coded("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400);
        coded("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400);
        coded("Transfer-Encoding : chunked\r\n", 400);
        coded(
            "Transfer-Encoding: \x0b"
            "chunked\r\n",
            400);
        coded("X: y\r\n Transfer-Encoding: chunked\r\n", 400);
        coded("Content-Length: 5\r\nContent-Length: 5\r\n", 400);
        coded("Content-Length: 5, 5\r\n", 400);
        coded("Content-Length: +5\r\n", 400);
        coded("Content-Length: 0x5\r\n", 400);
        coded("Content-Length: 5 5\r\n", 400);
        coded("Content-Length:\r\n", 400);
        coded("Content-Length: 99999999999999999999999\r\n", 400);
        coded("Content-Length : 5\r\n", 400);
        coded("Host: b\r\n", 400);
        coded("Origin: http://localhost\r\nOrigin: https://evil.example\r\n", 400);
        coded("X: a\nTransfer-Encoding: chunked\r\n", 400);
        coded("X: a\rY: b\r\n", 400);
    }
    void refusesWhatCouldHideARequest() { refuses(); }

    void takesTextInFieldsThatNobodyReads() {
        QCOMPARE(
            feed("GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\nUser-Agent: \xff\r\n\r\n", 9).refusedWith,
            0);
        QCOMPARE(
            feed("GET / HTTP/1.1\r\nHost: a\r\nX-Orrery-Zone: z\xc3\xbc\r\n\r\n", 9).refusedWith,
            0);
    }

    // A chunked body counts as memory too.
    void countsWhatComesInChunks() {
        RequestReader reader({});
        std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (int i = 0; i < 100; ++i)
            bytes += "2710\r\n" + std::string(10'000, 'x') + "\r\n";
        for (std::size_t fed = 0; fed < bytes.size();) {
            const std::span<char> room = reader.prepare();
            const std::size_t size = std::min(room.size(), bytes.size() - fed);
            std::memcpy(room.data(), bytes.data() + fed, size);
            reader.commit(size);
            fed += size;
            Request request;
            QVERIFY(reader.next(request) == Outcome::NeedMore);
        }
        QVERIFY(reader.capacity() >= 1'000'000);
    }

    void takesTheLargestBodyThatIsAllowed() {
        const RequestReader::Limits limits{.headBytesMax = 8'192, .bodyBytesMax = 100'000};
        QCOMPARE(feed(post(std::string(100'000, 'x')), 5'000, limits).requests.size(),
                 std::size_t{1});
    }

    // A head that announces 16 MB must not get the memory before the bytes arrive.
    void growsWithWhatComes() {
        RequestReader reader({});
        const std::string head = "POST / HTTP/1.1\r\nContent-Length: 16000000\r\n\r\n";
        const std::span<char> room = reader.prepare();
        std::memcpy(room.data(), head.data(), head.size());
        reader.commit(head.size());
        Request request;
        QVERIFY(reader.next(request) == Outcome::NeedMore);
        QVERIFY(!reader.prepare().empty());
        QVERIFY(reader.capacity() < 100'000);
    }

    void givesBackTheMemoryOfALargeBody() {
        RequestReader reader({});
        const std::string bytes = post(std::string(1'000'000, 'x'));
        for (std::size_t fed = 0; fed < bytes.size();) {
            const std::span<char> room = reader.prepare();
            const std::size_t size = std::min(room.size(), bytes.size() - fed);
            std::memcpy(room.data(), bytes.data() + fed, size);
            reader.commit(size);
            fed += size;
            Request request;
            const Outcome outcome = reader.next(request);
            QVERIFY((outcome == Outcome::Ready) == (fed == bytes.size()));
        }
        reader.prepare();
        QVERIFY(reader.capacity() < 100'000);
    }
};

ORRERY_TEST_CLASS(RequestReaderTest)
#include "request_reader_test.moc"
