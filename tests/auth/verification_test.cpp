// Goal: a request is served only if the holder of a secret key signed it, recently. Method: the
// vectors of AWS's Signature Version 4 test suite, requests that botocore signed, and each of them
// changed in one place.

#include "core/auth/verification.h"

#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::auth;
using namespace std::chrono_literals;

namespace {

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr std::string_view kFile =
    "# mine\n[default]\naws_access_key_id = AKIDEXAMPLE\n"
    "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\nregion = eu-west-1\n\n"
    "[other]\naws_access_key_id=OTHER\naws_secret_access_key=secret\n"
    "[temporary]\naws_access_key_id=ASIAEXAMPLE\naws_secret_access_key=secret\n"
    "aws_session_token=token==\n";

// 2026-11-26T10:11:12Z.
constexpr CalendarTime kNow{1'795'687'872s};

struct Request {
    std::string method = "POST";
    std::string target = "/";
    std::string headers;
    std::string body;
    std::string authorization;

    std::string head() const { return method + " " + target + " HTTP/1.1\r\n" + headers + "\r\n"; }
};

// A request that botocore signed for ListTables at kNow.
Request signedRequest() {
    return {"POST", "/",
            "Host: localhost:8000\r\nContent-Type: application/x-amz-json-1.0\r\n"
            "X-Amz-Target: DynamoDB_20120810.ListTables\r\nX-Amz-Date: 20261126T101112Z\r\n"
            "User-Agent: anything\r\n",
            "{}",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261126/us-east-1/dynamodb/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
            "Signature=84768f8a487ae72e79fda6616f5f72ee6182c35bbd32a5a30d7543d037ad4e8f"};
}

Request presignedRequest() {
    return {"POST",
            "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261126%2F"
            "us-east-1%2Fdynamodb%2Faws4_request&X-Amz-Date=20261126T101112Z&X-Amz-Expires=600&"
            "X-Amz-SignedHeaders=host&"
            "X-Amz-Signature=0550b5e2928ca4069a25a98e7140efedc28f3256f5a47fef71fded9ec9d0c27e",
            "Host: localhost:8000\r\n", "", ""};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos) qFatal("no %s", from.c_str());
    return text.replace(at, from.size(), to);
}

/// The error's message; empty if the request is accepted.
QString verify(const Request& request, CalendarTime now = kNow, Duration skew = 5min) {
    const auto credentials = Credentials::parse(kFile);
    const std::string_view target = request.target;
    const std::size_t mark = target.find('?');
    const auto signature = parseSignature(
        {.authorization = request.authorization,
         .amzDate = request.authorization.empty() ? "" : "20261126T101112Z",
         .query = mark == target.npos ? std::string_view() : target.substr(mark + 1)});
    if (!signature) return QString::fromStdString(signature.error().message);
    const std::string head = request.head();
    const auto verified =
        verifySignature(*signature, {request.method, request.target, head, request.body},
                        *credentials, {.now = now, .skewMax = skew});
    return verified ? QString() : QString::fromStdString(verified.error().message);
}

/// The same request with the signature that this access key's secret makes.
Request signedBy(Request request, const std::string& accessKey, std::string_view secret) {
    request.authorization = replaced(request.authorization, "AKIDEXAMPLE", accessKey);
    const auto claim =
        parseSignature({.authorization = request.authorization, .amzDate = "20261126T101112Z"});
    const std::string head = request.head();
    const std::size_t at = request.authorization.find("Signature=");
    request.authorization.replace(
        at, std::string::npos,
        "Signature=" +
            signatureOf(*claim, {request.method, request.target, head, request.body}, secret));
    return request;
}

constexpr const char* kUnknownKey = "The security token included in the request is invalid.";
constexpr const char* kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";

}  // namespace

class VerificationTest : public QObject {
    Q_OBJECT
private slots:
    void signsAsThePublishedVectors_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("headers");
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("signedHeaders");
        QTest::addColumn<QString>("signature");
        const QString host = "Host:example.amazonaws.com\r\n";
        const QString date = "X-Amz-Date:20150830T123600Z\r\n";
        const QString plain = "host;x-amz-date";
        const QString vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
        const auto row = [&](const char* name, const QString& method, const QString& target,
                             const QString& headers, const QString& body,
                             const QString& signedHeaders, const QString& signature) {
            QTest::newRow(name) << method << target << host + headers + date << body
                                << signedHeaders << signature;
        };
        row("get-vanilla", "GET", "/", "", "", plain, vanilla);
        row("post-vanilla", "POST", "/", "", "", plain,
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
        row("get-slash-dot-slash", "GET", "/./", "", "", plain, vanilla);
        row("get-relative", "GET", "/example/..", "", "", plain, vanilla);
        row("get-slashes", "GET", "//", "", "", plain, vanilla);
        row("get-utf8", "GET", "/\u1234", "", "", plain,
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85");
        row("get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", "", "",
            plain, "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
        row("get-header-value-trim", "GET", "/",
            "My-Header1: value1\r\nMy-Header2: \"a   b   c\"\r\n", "",
            "host;my-header1;my-header2;x-amz-date",
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
        row("get-header-key-duplicate", "GET", "/",
            "My-Header1:value2\r\nMy-Header1:value2\r\nMy-Header1:value1\r\n", "",
            "host;my-header1;x-amz-date",
            "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea");
        row("post-x-www-form-urlencoded", "POST", "/",
            "Content-Type:application/x-www-form-urlencoded\r\n", "Param1=value1",
            "content-type;host;x-amz-date",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
    }
    void signsAsThePublishedVectors() {
        QFETCH(QString, method);
        QFETCH(QString, target);
        QFETCH(QString, headers);
        QFETCH(QString, body);
        QFETCH(QString, signedHeaders);
        QFETCH(QString, signature);
        const Request request{method.toStdString(), target.toStdString(), headers.toStdString(),
                              body.toStdString(), ""};
        Signature claim;
        claim.scopeDate = "20150830";
        claim.scopeRegion = "us-east-1";
        claim.service = "service";
        claim.terminator = "aws4_request";
        claim.time = "20150830T123600Z";
        claim.signedHeaders = signedHeaders.toStdString();
        const std::string head = request.head();
        QCOMPARE(QString::fromStdString(signatureOf(
                     claim, {request.method, request.target, head, request.body}, kSecret)),
                 signature);
    }

    void acceptsWhatASdkSigned() {
        QCOMPARE(verify(signedRequest()), QString());
        QCOMPARE(verify(presignedRequest()), QString());
    }

    void refusesWhatWasChanged() {
        for (Request request : {signedRequest(), presignedRequest()}) {
            request.body = "{\"Limit\":1}";
            QCOMPARE(verify(request), QString(kMismatch));
        }
        Request request = signedRequest();
        request.headers = replaced(request.headers, "ListTables", "DeleteTable");
        QCOMPARE(verify(request), QString(kMismatch));
        request = signedRequest();
        request.headers = replaced(request.headers, "localhost", "evil.example");
        QCOMPARE(verify(request), QString(kMismatch));
        request = signedRequest();
        request.method = "PUT";
        QCOMPARE(verify(request), QString(kMismatch));
        request = signedRequest();
        request.authorization = replaced(request.authorization, "8a", "8b");
        QCOMPARE(verify(request), QString(kMismatch));
        // A header that the signature does not cover may be any.
        request = signedRequest();
        request.headers = replaced(request.headers, "anything", "something");
        QCOMPARE(verify(request), QString());
    }

    // S3 alone takes a body that is not signed, or signed piece by piece; elsewhere the signature
    // covers the body as it was sent, whatever the header says.
    void refusesBodiesThatAreNotSigned_data() {
        QTest::addColumn<QString>("payload");
        QTest::addColumn<QString>("signature");
        QTest::addColumn<bool>("accepted");
        const auto row = [](const char* payload, const char* signature, bool accepted) {
            QTest::newRow(payload) << payload << signature << accepted;
        };
        row("STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "98e1cfada73abe9ed7045f328765c337ca83baba2c1754593f35a67319e5981d", false);
        row("STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "f5954036d96792c59464448720064c6eece04959c42f1a2c3aa91b602b5a7c5e", false);
        row("UNSIGNED-PAYLOAD", "9f35c9138e8824a90baaa0ec4c632f4f33a2d269edf48b53185c66161ec90e3a",
            false);
        row("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
            "726cfc523f322ce00142856fa931e308074645c8eb6684295a55d50f7d6e2dbb", true);
    }
    void refusesBodiesThatAreNotSigned() {
        QFETCH(QString, payload);
        QFETCH(QString, signature);
        QFETCH(bool, accepted);
        Request request = signedRequest();
        request.headers += "X-Amz-Content-Sha256: " + payload.toStdString() + "\r\n";
        request.authorization =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261126/us-east-1/dynamodb/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target, "
            "Signature=" +
            signature.toStdString();
        QCOMPARE(verify(request), accepted ? QString() : QString(kMismatch));
    }

    void refusesOthers() {
        Request request = signedRequest();
        request.authorization = replaced(request.authorization, "AKIDEXAMPLE", "NOBODY");
        QCOMPARE(verify(request), QString(kUnknownKey));
        request.authorization = replaced(request.authorization, "NOBODY", "OTHER");
        QCOMPARE(verify(request), QString(kMismatch));
    }

    void refusesAnotherScope() {
        const auto with = [](const std::string& from, const std::string& to) {
            Request request = signedRequest();
            request.authorization = replaced(request.authorization, from, to);
            return verify(request);
        };
        QCOMPARE(with("/dynamodb/", "/s3/"),
                 QString("Credential should be scoped to correct service: 'dynamodb'. "));
        QCOMPARE(with("aws4_request", "aws5_request"),
                 QString("Credential should be scoped with a valid terminator: 'aws4_request', "
                         "not 'aws5_request'. "));
        QCOMPARE(with("/us-east-1/", "/eu-west-1/"), QString(kMismatch));
        QCOMPARE(with("20261126/", "20261125/"),
                 QString("Date in Credential scope does not match YYYYMMDD from ISO-8601 version "
                         "of date from HTTP: '20261125' != '20261126', from '20261126T101112Z'."));
        QCOMPARE(with(";host", ""),
                 QString("'Host' or ':authority' must be a 'SignedHeader' in the AWS "
                         "Authorization."));
    }

    // Whatever is wrong with the scope is one message.
    void tellsAllFaultsOfAScope() {
        Request request = signedRequest();
        request.authorization =
            replaced(request.authorization, "AKIDEXAMPLE/20261126/us-east-1/dynamodb/aws4_request",
                     "NOBODY/b/a_b/s3/e");
        QCOMPARE(verify(request),
                 QString("Credential should be scoped to a valid region. Credential should be "
                         "scoped to correct service: 'dynamodb'. Credential should be scoped with "
                         "a valid terminator: 'aws4_request', not 'e'. Date in Credential scope "
                         "does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != "
                         "'20261126', from '20261126T101112Z'."));
    }

    // Each step puts right what the service complains about.
    void checksInTheOrderOfTheService() {
        Request request = signedRequest();
        request.authorization =
            "AWS4-HMAC-SHA25 Credential=NOBODY/us-east-1, SignedHeaders=Content-Type, Signature=1";
        const auto rewritten = [&](const std::string& from, const std::string& to) {
            request.authorization = replaced(request.authorization, from, to);
            return verify(request);
        };
        QVERIFY(verify(request, CalendarTime(kNow.sinceEpoch() + 1h))
                    .startsWith("Signature expired: "));
        QVERIFY(verify(request).startsWith("'Host' or ':authority' must be"));
        QVERIFY(rewritten("Type", "Type;Host").startsWith("Unsupported AWS 'algorithm'"));
        QVERIFY(rewritten("SHA25 ", "SHA256 ").startsWith("Credential must have exactly 5"));
        QVERIFY(
            rewritten("NOBODY/", "NOBODY/20261126/").startsWith("Credential must have exactly 5"));
        QVERIFY(rewritten("us-east-1", "us-east-1/s3/aws4_request")
                    .startsWith("Credential should be scoped to correct service"));
        QCOMPARE(rewritten("/s3/", "/dynamodb/"), QString(kUnknownKey));
        request.headers += "X-Amz-Security-Token: invented\r\n";
        QCOMPARE(rewritten("NOBODY", "AKIDEXAMPLE"), QString(kMismatch));
    }

    void readsSignedHeadersInAnyCase() {
        Request request = signedRequest();
        request.authorization =
            replaced(request.authorization, "content-type;host", "Content-Type;HOST");
        QCOMPARE(verify(request), QString());
    }

    void checksTheTokenLast() {
        const QString noToken = "The security token included in the request is invalid";
        const std::string header = "X-Amz-Security-Token: ";
        Request request = signedRequest();
        request.headers += header + "invented\r\n";
        QCOMPARE(verify(request), noToken);
        request = signedRequest();
        request.headers += header + "\r\n";
        QCOMPARE(verify(request), QString());
        const Request temporary = signedBy(signedRequest(), "ASIAEXAMPLE", "secret");
        QCOMPARE(verify(temporary), noToken);
        for (const auto& [token, text] :
             {std::pair("other\r\n", noToken), std::pair("token==\r\n", QString())}) {
            request = temporary;
            request.headers += header + token;
            QCOMPARE(verify(request), text);
        }
    }

    // Clients may send characters as they are that they have encoded in order to sign them.
    void readsAQueryInAnyEncoding() {
        Request request = presignedRequest();
        for (int i = 0; i < 4; ++i)
            request.target = replaced(request.target, "%2F", i % 2 == 0 ? "/" : "%2f");
        QCOMPARE(verify(request), QString());
    }

    void refusesOtherTimes() {
        const auto at = [](Duration later, Duration skew) {
            return verify(signedRequest(), CalendarTime(kNow.sinceEpoch() + later), skew);
        };
        QCOMPARE(at(5min, 5min), QString());
        QCOMPARE(at(-5min, 5min), QString());
        QCOMPARE(at(5min + 1s, 5min),
                 QString("Signature expired: 20261126T101112Z is now earlier than "
                         "20261126T101113Z (20261126T101613Z - 5 min.)"));
        QCOMPARE(at(-5min - 1s, 5min),
                 QString("Signature not yet current: 20261126T101112Z is still later than "
                         "20261126T101111Z (20261126T100611Z + 5 min.)"));
        QCOMPARE(at(24h, 25h), QString());
        QCOMPARE(at(24h, auth::kAnySkew), QString());
        // A presigned request is good until it expires.
        const auto presigned = [](Duration later) {
            return verify(presignedRequest(), CalendarTime(kNow.sinceEpoch() + later), 0s);
        };
        QCOMPARE(presigned(10min), QString());
        QCOMPARE(presigned(10min + 1s),
                 QString("Signature expired: 20261126T101112Z is now earlier than "
                         "20261126T101113Z (20261126T102113Z - 10 min.)"));
    }

    void knowsTimesThatNoClockHolds() {
        const auto claimed = [](const std::string& year) {
            auth::Signature signature;
            signature.accessKey = "AKIDEXAMPLE";
            signature.scopeDate = year + "1231";
            signature.time = year + "1231T235959Z";
            const auto credentials = Credentials::parse(kFile);
            const auto verified =
                verifySignature(signature, {"POST", "/", "\r\n", ""}, *credentials, {.now = kNow});
            return QString::fromStdString(verified.error().message).section(':', 0, 0);
        };
        QCOMPARE(claimed("9999"), QString("Signature not yet current"));
        QCOMPARE(claimed("0001"), QString("Signature expired"));
    }

    void readsTheFilesOfTheAwsTools() {
        const auto credentials = Credentials::parse(kFile);
        QVERIFY(credentials.has_value());
        QCOMPARE(credentials->find("AKIDEXAMPLE")->key, std::string(kSecret));
        QCOMPARE(credentials->find("OTHER")->key, std::string("secret"));
        QCOMPARE(credentials->find("OTHER")->sessionToken, std::string());
        QCOMPARE(credentials->find("ASIAEXAMPLE")->sessionToken, std::string("token=="));
        QVERIFY(credentials->find("NOBODY") == nullptr);
        QVERIFY(Credentials::parse("aws_access_key_id=a\r\naws_secret_access_key=b\r\n"));
        for (const char* text :
             {"", "# nothing\n", "[a]\n", "[a\n", "hello\n", "[a]\naws_access_key_id=x\n",
              "[a]\naws_access_key_id=x\n[b]\naws_secret_access_key=y\n"})
            QVERIFY2(!Credentials::parse(text), text);
    }
};

ORRERY_TEST_CLASS(VerificationTest)
#include "verification_test.moc"
