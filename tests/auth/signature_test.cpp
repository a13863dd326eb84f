// The service's texts; see "Troubleshooting IAM" and "Signature Version 4 errors".

#include "core/auth/signature.h"

#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::auth;

namespace {

constexpr const char* kScope = "AKIDEXAMPLE/20261121/eu-west-1/dynamodb/aws4_request";

std::string headerOf(const std::string& scope) {
    return "AWS4-HMAC-SHA256 Credential=" + scope +
           ", SignedHeaders=host;x-amz-date, Signature=abc123";
}

}  // namespace

class SignatureTest : public QObject {
    Q_OBJECT
private slots:
    void readsTheHeader_data() {
        QTest::addColumn<QString>("header");
        QTest::newRow("blanks and commas") << QString::fromStdString(headerOf(kScope));
        QTest::newRow("commas only")
            << QString(
                   "AWS4-HMAC-SHA256 Credential=%1,SignedHeaders=host;x-amz-date,"
                   "Signature=abc123")
                   .arg(kScope);
        QTest::newRow("another order")
            << QString(
                   "  AWS4-HMAC-SHA256   Signature=abc123,\tSignedHeaders=host;x-amz-date "
                   "Credential=%1/  ")
                   .arg(kScope);
    }
    void readsTheHeader() {
        QFETCH(QString, header);
        const std::string authorization = header.toStdString();
        const auto signature =
            parseSignature({.authorization = authorization, .amzDate = "20261121T101112Z"});
        QVERIFY(signature.has_value());
        QCOMPARE(signature->accessKey, std::string("AKIDEXAMPLE"));
        QCOMPARE(signature->scopeDate, std::string("20261121"));
        QCOMPARE(signature->region, std::string("eu-west-1"));
        QCOMPARE(signature->service, std::string("dynamodb"));
        QCOMPARE(signature->signedHeaders, std::string("host;x-amz-date"));
        QCOMPARE(signature->signature, std::string("abc123"));
        QVERIFY(!signature->presigned);
    }

    // Tools written for DynamoDB Local leave the Region empty or write it in capitals.
    void readsTheRegionAsOthersWriteIt() {
        const auto region = [](const std::string& text) {
            const std::string header =
                "AWS4-HMAC-SHA256 Credential=a/b/" + text + "/d/e,SignedHeaders=b,Signature=c";
            const auto signature = parseSignature({.authorization = header, .amzDate = "x"});
            return signature->region;
        };
        QCOMPARE(region(""), std::string("us-east-1"));
        QCOMPARE(region("EU-West-1"), std::string("eu-west-1"));
    }

    void saysWhatIsWrong_data() {
        QTest::addColumn<QString>("header");
        QTest::addColumn<QString>("date");
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("message");
        const int missing = static_cast<int>(ErrorType::MissingAuthenticationToken);
        const int incomplete = static_cast<int>(ErrorType::IncompleteSignature);
        const int invalid = static_cast<int>(ErrorType::InvalidSignature);
        const QString noToken = "Request is missing Authentication Token";
        QTest::newRow("nothing") << "" << "x" << missing << noToken;
        QTest::newRow("AWS4") << "AWS4" << "x" << missing << noToken;
        QTest::newRow("basic") << "Basic dTpw" << "x" << missing << noToken;
        QTest::newRow("AWS4-")
            << "AWS4-" << "" << incomplete
            << "Authorization header requires 'Credential' parameter. Authorization header "
               "requires 'Signature' parameter. Authorization header requires 'SignedHeaders' "
               "parameter. Authorization header requires existence of either a 'X-Amz-Date' or a "
               "'Date' header. Authorization=AWS4-";
        QTest::newRow("no date")
            << "AWS4-HMAC-SHA256 Credential=a,SignedHeaders=b,Signature=c" << "" << incomplete
            << "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
               "header. Authorization=AWS4-HMAC-SHA256 Credential=a,SignedHeaders=b,Signature=c";
        QTest::newRow("no equal sign")
            << "AWS4-HMAC-SHA256 Signature=b, Credential, SignedHeaders" << "x" << incomplete
            << "'Credential' not a valid key=value pair (missing equal-sign) in Authorization "
               "header: 'AWS4-HMAC-SHA256 Signature=b, Credential, SignedHeaders'.";
        QTest::newRow("algorithm")
            << "AWS4-HMAC-SHA25 Credential=a,SignedHeaders=b,Signature=c" << "x" << incomplete
            << "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ";
        QTest::newRow("four parts")
            << "AWS4-HMAC-SHA256 Credential=a/b/c/d,SignedHeaders=b,Signature=c" << "x"
            << incomplete
            << "Credential must have exactly 5 slash-delimited elements, e.g. "
               "keyid/date/region/service/term, got 'a/b/c/d'";
        QTest::newRow("region")
            << "AWS4-HMAC-SHA256 Credential=a/b/c_/d/e,SignedHeaders=b,Signature=c" << "x"
            << invalid << "Credential should be scoped to a valid region. ";
    }
    void saysWhatIsWrong() {
        QFETCH(QString, header);
        QFETCH(QString, date);
        QFETCH(int, type);
        QFETCH(QString, message);
        const std::string authorization = header.toStdString();
        const std::string when = date.toStdString();
        const auto signature = parseSignature({.authorization = authorization, .date = when});
        const auto checked = signature ? checkCredential(*signature)
                                       : ApiResult<void>(std::unexpected(signature.error()));
        QVERIFY(!checked.has_value());
        QCOMPARE(static_cast<int>(checked.error().type), type);
        QCOMPARE(QString::fromStdString(checked.error().message), message);
    }

    void readsAPresignedRequest() {
        const auto signature = parseSignature(
            {.query = "Action=x&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
                      "AKIDEXAMPLE%2F20261121%2fap-south-1%2Fdynamodb%2Faws4_request&"
                      "X-Amz-Date=20261121T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=ab"});
        QVERIFY(signature.has_value());
        QVERIFY(signature->presigned);
        QCOMPARE(signature->accessKey, std::string("AKIDEXAMPLE"));
        QCOMPARE(signature->region, std::string("ap-south-1"));
        QCOMPARE(signature->signature, std::string("ab"));
    }

    void saysWhatAPresignedRequestLacks() {
        const auto signature = parseSignature({.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256"});
        QVERIFY(!signature.has_value());
        QCOMPARE(signature.error().message,
                 std::string("AWS query-string parameters must include 'X-Amz-Credential'. AWS "
                             "query-string parameters must include 'X-Amz-Signature'. AWS "
                             "query-string parameters must include 'X-Amz-SignedHeaders'. AWS "
                             "query-string parameters must include 'X-Amz-Date'. Re-examine the "
                             "query-string parameters."));
    }

    void refusesTwoSignatures() {
        const std::string header = headerOf(kScope);
        const auto signature =
            parseSignature({.authorization = header, .query = "X-Amz-Algorithm=y"});
        QVERIFY(!signature.has_value());
        QVERIFY(signature.error().type == ErrorType::InvalidSignature);
    }

    void sharesOneAccountUnlessAsked() {
        QCOMPARE(accountOf("a", Namespaces::Shared), std::string("000000000000"));
        const std::string account = accountOf("AKIDEXAMPLE", Namespaces::PerKey);
        QCOMPARE(account.size(), std::size_t{12});
        QCOMPARE(account, accountOf("AKIDEXAMPLE", Namespaces::PerKey));
        QVERIFY(account != accountOf("AKIDEXAMPLF", Namespaces::PerKey));
        QVERIFY(account.find_first_not_of("0123456789") == std::string::npos);
        QCOMPARE(accountOf("123456789012", Namespaces::PerKey), std::string("123456789012"));
    }
};

ORRERY_TEST_CLASS(SignatureTest)
#include "signature_test.moc"
