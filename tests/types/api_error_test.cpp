#include <QTest>

#include <set>

#include "core/types/api_error.h"
#include "tests/support/test_main.h"
#include "tests/types/support.h"

using namespace orrery;
using namespace orrery::test;

class ApiErrorTest : public QObject {
    Q_OBJECT
private slots:
    void writesTheTypeAsTheServiceDoes() {
        QCOMPARE(qt(errorName(ErrorType::Validation)),
                 QByteArray("com.amazon.coral.validate#ValidationException"));
        QCOMPARE(qt(errorName(ErrorType::ResourceNotFound)),
                 QByteArray("com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"));
        QCOMPARE(qt(errorName(ErrorType::ConditionalCheckFailed)),
                 QByteArray("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"));
        QCOMPARE(qt(errorName(ErrorType::Serialization)),
                 QByteArray("com.amazon.coral.service#SerializationException"));
        QCOMPARE(qt(errorName(ErrorType::UnknownOperation)),
                 QByteArray("com.amazon.coral.service#UnknownOperationException"));
        QCOMPARE(qt(errorName(ErrorType::MissingAuthenticationToken)),
                 QByteArray("com.amazon.coral.service#MissingAuthenticationTokenException"));
    }

    void hasOneNamePerType() {
        std::set<std::string_view> names;
        for (int i = 0; i <= static_cast<int>(ErrorType::ImportNotFound); ++i) {
            const auto type = static_cast<ErrorType>(i);
            QVERIFY(names.insert(errorName(type)).second);
            QVERIFY(errorName(type).starts_with("com.amazon"));
            QVERIFY(httpStatus(type) >= 400 && httpStatus(type) < 600);
        }
    }

    void blamesTheClientOrTheServer() {
        QCOMPARE(httpStatus(ErrorType::Validation), 400);
        QCOMPARE(httpStatus(ErrorType::ProvisionedThroughputExceeded), 400);
        QCOMPARE(httpStatus(ErrorType::InternalServerError), 500);
        QCOMPARE(httpStatus(ErrorType::ServiceUnavailable), 503);
        QCOMPARE(httpStatus(ErrorType::RequestEntityTooLarge), 413);
    }

    void spellsTheMessageAsTheServiceDoes() {
        QCOMPARE(qt(messageName(ErrorType::Serialization)), QByteArray("Message"));
        QCOMPARE(qt(messageName(ErrorType::Validation)), QByteArray("message"));
        QCOMPARE(qt(messageName(ErrorType::TransactionCanceled)), QByteArray("Message"));
        QCOMPARE(qt(messageName(ErrorType::TransactionConflict)), QByteArray("message"));
        QCOMPARE(qt(ApiError::tableNotFound("T").message),
                 QByteArray("Requested resource not found: Table: T not found"));
    }

    void listsTheReasonsOfACancelledTransactionInOrder() {
        const ApiError error = ApiError::transactionCanceled(
            {{}, reasonOf(ApiError::conditionFailed()), reasonOf(ApiError::validation("No"))});
        QCOMPARE(qt(error.message),
                 QByteArray("Transaction cancelled, please refer cancellation reasons for specific "
                            "reasons [None, ConditionalCheckFailed, ValidationError]"));
        QCOMPARE(error.reasons.size(), 3);
        QVERIFY(error.reasons[0].isNone());
        QCOMPARE(qt(error.reasons[1].message), QByteArray("The conditional request failed"));
        QCOMPARE(qt(error.reasons[2].message), QByteArray("No"));
    }
};

ORRERY_TEST_CLASS(ApiErrorTest)
#include "api_error_test.moc"
