#include <QTest>
#include <map>
#include <string>

#include "core/api/api.h"
#include "core/api/operation_table.h"
#include "tests/support/test_main.h"

// Goal: the room that the endpoint keeps for an answer is never less than the answer needs.

using namespace orrery;
using api::AnswerSize;

namespace {

constexpr std::size_t kItem = 400 * 1024;
constexpr std::size_t kMega = 1024 * 1024;

std::size_t bound(const std::string& operation, const std::string& body) {
    const std::string service =
        operation == "GetRecords" ? "DynamoDBStreams_20120810." : "DynamoDB_20120810.";
    return api::answerBytesMax(service + operation, body, body.size());
}

std::string repeated(const std::string& part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i)
        text += part + ",";
    return text;
}

/// The rows of operations.def whose answer has more than one item.
std::map<std::string, AnswerSize> largerThanAnItem() {
    std::map<std::string, AnswerSize> found;
    const auto add = [&](api::Service service, const char* name) {
        const AnswerSize size = api::findOperation(service, name)->answer;
        if (size != AnswerSize::Item) found.emplace(name, size);
    };
#define OPERATION(service, name, symbol, plane, effect, ...) add(api::Service::service, #name);
#define LATER(service, name)
#include "core/api/operations.def"
#undef OPERATION
#undef LATER
    return found;
}

}  // namespace

class AnswerSizeTest : public QObject {
    Q_OBJECT
private slots:
    // Whoever adds an operation whose answer has several items has to say so here, too.
    void knowsWhichAnswersHaveMoreThanOneItem() {
        const std::map<std::string, AnswerSize> kExpected = {
            {"BatchExecuteStatement", AnswerSize::Items25},
            {"BatchGetItem", AnswerSize::Batch},
            {"BatchWriteItem", AnswerSize::Echo},
            {"ExecuteStatement", AnswerSize::Page},
            {"ExecuteTransaction", AnswerSize::Items100},
            {"GetRecords", AnswerSize::Records},
            {"Query", AnswerSize::Page},
            {"Scan", AnswerSize::Page},
            {"TransactGetItems", AnswerSize::Items100},
            {"TransactWriteItems", AnswerSize::Reasons},
        };
        QVERIFY(largerThanAnItem() == kExpected);
    }

    void hasRoomForTheLargestAnswer() {
        QCOMPARE(bound("GetItem", "{}"), kItem);
        QCOMPARE(bound("NoSuchOperation", "{}"), kItem);
        // A page ends after the item, or the record, with which it reaches 1 MB.
        QCOMPARE(bound("Query", "{}"), kMega + kItem);
        QCOMPARE(bound("ExecuteStatement", "{}"), kMega + kItem);
        QCOMPARE(bound("GetRecords", "{}"), kMega + 2 * kItem);
        const std::string statement = R"({"Statement":"SELECT*FROM abc WHERE k=1"})";
        QCOMPARE(bound("BatchExecuteStatement", repeated(statement, 25)), 25 * kItem);
        QCOMPARE(bound("ExecuteTransaction", repeated(statement, 100)), 100 * kItem);
        const std::string get = R"({"Get":{"TableName":"abc","Key":{"k":{"S":"a"}}}})";
        QVERIFY(bound("TransactGetItems", repeated(get, 3)) >= 3 * kItem);
        QCOMPARE(bound("TransactGetItems", repeated(get, 100)), 100 * kItem);
        QVERIFY(bound("BatchGetItem", repeated(R"({"k":{"S":"a"}})", 3)) >= 3 * kItem);
        QCOMPARE(bound("BatchGetItem", repeated(R"({"k":{"S":"a"}})", 100)), 16 * kMega);
        QCOMPARE(bound("BatchWriteItem", std::string(3 * kMega, ' ')), 3 * kMega);
    }

    void keepsLittleRoomWhereLittleIsAskedFor() {
        const std::string put = R"({"Put":{"TableName":"abc","Item":{"k":{"S":"a"}}}})";
        QCOMPARE(bound("TransactWriteItems", repeated(put, 100)), kItem);
        QCOMPARE(bound("TransactWriteItems", repeated(put, 100) + "ALL_OLD"), 100 * kItem);
        // A compressed body does not show what it asks for.
        QCOMPARE(api::answerBytesMax("DynamoDB_20120810.TransactWriteItems", "x", 16 * kMega),
                 100 * kItem);
        QCOMPARE(bound("TransactGetItems", "{}"), kItem);
    }
};

ORRERY_TEST_CLASS(AnswerSizeTest)
#include "answer_size_test.moc"
