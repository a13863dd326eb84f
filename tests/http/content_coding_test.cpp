#include "core/http/content_coding.h"

#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery::http;

namespace {

constexpr Coding kCodings[] = {Coding::Gzip, Coding::Deflate};

std::string sample(std::size_t bytes) {
    std::string text;
    for (std::size_t i = 0; text.size() < bytes; ++i)
        text += std::to_string(i * i % 1'009) + " ";
    text.resize(bytes);
    return text;
}

}  // namespace

class ContentCodingTest : public QObject {
    Q_OBJECT
private slots:
    void inflatesWhatItCompresses() {
        for (const Coding coding : kCodings) {
            for (const std::size_t bytes : {1, 4'095, 4'096, 4'097, 1'000'000}) {
                const std::string text = sample(bytes);
                const std::string packed = compressed(coding, text);
                std::string plain;
                QVERIFY(inflate(coding, packed, bytes, plain) == Inflation::Done);
                QVERIFY(plain == text);
                QVERIFY(bytes < 4'000 || packed.size() < bytes / 2);
            }
        }
    }

    void inflatesGzipOfSeveralMembers() {
        const std::string packed =
            compressed(Coding::Gzip, "{\"a\":") + compressed(Coding::Gzip, "1}");
        std::string plain;
        QVERIFY(inflate(Coding::Gzip, packed, 100, plain) == Inflation::Done);
        QCOMPARE(plain, std::string("{\"a\":1}"));
        // The service ignores what is no member.
        QVERIFY(inflate(Coding::Gzip, packed + "junk", 100, plain) == Inflation::Done);
        QCOMPARE(plain, std::string("{\"a\":1}"));
    }

    void refusesWhatIsNotCompressed() {
        std::string plain;
        for (const Coding coding : kCodings) {
            const std::string packed = compressed(coding, sample(10'000));
            const std::string other =
                compressed(coding == Coding::Gzip ? Coding::Deflate : Coding::Gzip, "{}");
            for (const std::string& bytes :
                 {std::string(), std::string("{}"), other, packed.substr(0, packed.size() - 1),
                  packed.substr(0, packed.size() / 2), packed.substr(1)}) {
                QVERIFY(inflate(coding, bytes, 100'000, plain) == Inflation::Broken);
                QVERIFY(plain.empty());
            }
            std::string damaged = packed;
            damaged[damaged.size() / 2] ^= 1;
            QVERIFY(inflate(coding, damaged, 100'000, plain) == Inflation::Broken);
        }
    }

    // A bomb of a gigabyte needs a megabyte; it is given up at the limit.
    void inflatesNoMoreThanIsPermitted() {
        const std::string zeros(100'000, '\0');
        for (const Coding coding : kCodings) {
            const std::string packed = compressed(coding, zeros);
            std::string plain;
            QVERIFY(inflate(coding, packed, zeros.size(), plain) == Inflation::Done);
            QVERIFY(inflate(coding, packed, zeros.size() - 1, plain) == Inflation::TooLarge);
            QVERIFY(plain.capacity() <= 2 * zeros.size());
        }
        std::string bomb;
        for (int i = 0; i < 1'000; ++i)
            bomb += compressed(Coding::Gzip, zeros);
        std::string plain;
        QVERIFY(inflate(Coding::Gzip, bomb, 1'000'000, plain) == Inflation::TooLarge);
        QVERIFY(plain.capacity() <= 2'000'001);
    }

    void knowsTheNames() {
        QVERIFY(codingOf("gzip") == Coding::Gzip);
        QVERIFY(codingOf(" GZIP ") == Coding::Gzip);
        QVERIFY(codingOf("deflate") == Coding::Deflate);
        QVERIFY(codingOf("identity") == Coding::Identity);
        for (const char* name : {"garbage", "br", "x-gzip", "gzip, gzip"})
            QVERIFY2(!codingOf(name), name);
    }

    // What the service answers: test_compressed_response.py of ScyllaDB's suite.
    void takesTheAcceptedCoding_data() {
        QTest::addColumn<QString>("header");
        QTest::addColumn<QString>("coding");
        const auto row = [](const char* header, const char* coding) {
            QTest::newRow(header) << QString(header) << QString(coding);
        };
        row("gzip", "gzip");
        row("deflate", "deflate");
        for (const char* header :
             {"identity", "", "br", "zstd", "compress", "x-gzip", "gzip ;q=0", "identity;q=0",
              "*;q=0", "br;q=0.8,identity;q=0.5,*;q=0", "\"gzip\"", "gzip br", "gzip:q=1",
              "gzip;q= 0;q=1", "gzip; q=0;q=1", "gzip;nq=0;q=1"})
            row(header, "identity");
        for (const char* header : {"gzip, deflate",
                                   "GZIP, identity",
                                   "dog, gzip ,, cat",
                                   "gzip;q=0.8, deflate;q=0.5",
                                   "*",
                                   "*, deflate;q=0.5",
                                   "*, identity",
                                   "*;q=0.5,identity",
                                   "gzip;q=0.5,identity;q=0.8",
                                   "deflate;q=0.5, gzip;q=31",
                                   "gzip;q=31,deflate;q=51",
                                   "deflate;q=0.5, gzip;q=1;q=0.2",
                                   "deflate;q=0.5,gzip;q=0.x",
                                   "deflate;q=0.5,gzip;q=0. x",
                                   "deflate;q=-0.5,gzip;q=0.2",
                                   "gzip;q =0;q=1",
                                   "gzip;q=0, gzip;q=1, gzip;q=0",
                                   "br,identity;q=0.5,gzip;q=0.0001",
                                   "  gzip,  deflate,    br  ",
                                   "gzip;q=0.00000001"})
            row(header, "gzip");
        for (const char* header :
             {"br, identity, deflate, gzip", "br, gzip;q=0, deflate; q = 0.5 , identity;q=0",
              "*, deflate", "*, gzip;q=0.5", "deflate;q=0.5, gzip;q=0.2",
              "deflate;q=0.5,gzip;q=0."})
            row(header, "deflate");
    }
    void takesTheAcceptedCoding() {
        QFETCH(QString, header);
        QFETCH(QString, coding);
        QCOMPARE(QString::fromStdString(std::string(nameOf(acceptedCoding(header.toStdString())))),
                 coding);
    }
};

ORRERY_TEST_CLASS(ContentCodingTest)
#include "content_coding_test.moc"
