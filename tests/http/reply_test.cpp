#include "core/http/reply.h"

#include <QRegularExpression>
#include <QTest>

#include "core/base/hash.h"
#include "tests/support/test_main.h"

using namespace orrery::http;

class ReplyTest : public QObject {
    Q_OBJECT
private slots:
    // 2745614147 is the service's checksum of "{}".
    void writesHeadAndBodyInOnePiece() {
        ReplyWriter writer(1);
        writer.setDate(1'795'263'330);
        std::string out = "before";
        const auto open = writer.begin(out, {.extra = "x-orrery-lsn: 7\r\n"}, {});
        out += "{}";
        ReplyWriter::end(out, open);
        QString text = QString::fromStdString(out);
        const QRegularExpression id("x-amzn-RequestId: [0-9A-Z]{52}\r\n");
        QVERIFY(text.contains(id));
        text.replace(id, "ID\r\n");
        QCOMPARE(text, QString("beforeHTTP/1.1 200 OK\r\n"
                               "Server: Server\r\n"
                               "Date: Sat, 21 Nov 2026 12:15:30 GMT\r\n"
                               "Content-Type: application/x-amz-json-1.0\r\n"
                               "Connection: keep-alive\r\n"
                               "ID\r\n"
                               "x-orrery-lsn: 7\r\n"
                               "x-amz-crc32: 2745614147\r\n"
                               "Content-Length:         2\r\n"
                               "\r\n"
                               "{}"));
    }

    void givesEachReplyItsOwnId() {
        ReplyWriter writer(1);
        QSet<QString> ids;
        for (int i = 0; i < 100; ++i) {
            std::string out;
            ReplyWriter::end(out, writer.begin(out, {}, {}));
            const std::size_t at = out.find("RequestId: ") + 11;
            ids.insert(QString::fromStdString(out.substr(at, 52)));
        }
        QCOMPARE(ids.size(), 100);
    }

    void tellsTheLengthOfABodyThatAHeadRequestDoesNotGet() {
        ReplyWriter writer(1);
        std::string out;
        const auto open = writer.begin(out, {.status = 400, .crc = false}, {.headOnly = true});
        out += std::string(1234, 'x');
        ReplyWriter::end(out, open);
        QVERIFY(out.ends_with("Content-Length:      1234\r\n\r\n"));
        QVERIFY(out.starts_with("HTTP/1.1 400 Bad Request\r\n"));
        QVERIFY(out.find("crc32") == std::string::npos);
    }

    void compressesAnswersOfTheServiceAboveFourKilobytes() {
        for (const Coding coding : {Coding::Gzip, Coding::Deflate}) {
            ReplyWriter writer(1);
            std::string out = "before";
            const std::string body(4'097, 'x');
            const auto open = writer.begin(out, {}, {.coding = coding});
            out += body;
            ReplyWriter::end(out, open);
            const std::size_t end = out.find("\r\n\r\n") + 4;
            const std::string head = out.substr(0, end);
            const std::string sent = out.substr(end);
            QVERIFY(sent.size() < 100);
            std::string plain;
            QVERIFY(inflate(coding, sent, 5'000, plain) == Inflation::Done);
            QVERIFY(plain == body);
            const QString text = QString::fromStdString(head);
            QVERIFY(text.contains("Content-Encoding: " +
                                  QString::fromStdString(std::string(nameOf(coding))) + "\r\n"));
            QVERIFY(text.contains(QRegularExpression("Content-Length: *" +
                                                     QString::number(sent.size()) + "\r\n\r\n$")));
            // The checksum is that of the bytes sent, as SDKs for Java expect it.
            QVERIFY(text.contains(QRegularExpression(
                "x-amz-crc32: *" + QString::number(orrery::crc32(sent)) + "\r\n")));
        }
    }

    void sendsOtherAnswersAsTheyAre() {
        const auto sent = [](std::size_t bytes, bool crc, ReplyWriter::Context context) {
            ReplyWriter writer(1);
            std::string out;
            const auto open = writer.begin(out, {.crc = crc}, context);
            out.append(bytes, 'x');
            ReplyWriter::end(out, open);
            return QString::fromStdString(out);
        };
        QVERIFY(!sent(4'096, true, {.coding = Coding::Gzip}).contains("Content-Encoding"));
        // It would hold up all other connections.
        QVERIFY(sent(1'048'576, true, {.coding = Coding::Gzip}).contains("Content-Encoding"));
        QVERIFY(!sent(1'048'577, true, {.coding = Coding::Gzip}).contains("Content-Encoding"));
        QVERIFY(!sent(9'000, true, {}).contains("Content-Encoding"));
        QVERIFY(!sent(9'000, false, {.coding = Coding::Gzip}).contains("Content-Encoding"));
    }

    void allowsPagesOfABrowserToRead() {
        ReplyWriter writer(1);
        std::string out;
        ReplyWriter::end(out, writer.begin(out, {}, {.keepAlive = false, .allowOrigin = "*"}));
        QVERIFY(out.find("Access-Control-Allow-Origin: *\r\n") != std::string::npos);
        QVERIFY(out.find("Vary:") == std::string::npos);
        QVERIFY(out.find("Connection: close\r\n") != std::string::npos);
        out.clear();
        ReplyWriter::end(out, writer.begin(out, {}, {.allowOrigin = "http://localhost:3000"}));
        QVERIFY(out.find("Access-Control-Allow-Origin: http://localhost:3000\r\nVary: Origin\r\n"
                         "Access-Control-Expose-Headers: *\r\n") != std::string::npos);
        out.clear();
        ReplyWriter::end(out, writer.begin(out, {}, {}));
        QVERIFY(out.find("Access-Control") == std::string::npos);
    }
};

ORRERY_TEST_CLASS(ReplyTest)
#include "reply_test.moc"
