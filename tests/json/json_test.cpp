#include <rapidcheck.h>

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <boost/json.hpp>

#include "core/json/json.h"
#include "tests/support/test_main.h"

using namespace orrery;

namespace {

QByteArray qt(std::string_view text) {
    return QByteArray(text.data(), qsizetype(text.size()));
}

std::string jsonString(std::string_view text) {
    std::string out;
    json::appendString(out, text);
    return out;
}

std::string numberText(double value) {
    std::string out;
    json::Writer(out).number(value);
    return out;
}

}  // namespace

class JsonTest : public QObject {
    Q_OBJECT
private slots:
    void parsesAWholeText() {
        const auto value = json::parse(R"( {"a": [1, "é", null, true, 0.5]} )");
        QVERIFY(value.has_value());
        const json::Array& array = value->at("a").as_array();
        QCOMPARE(array.size(), std::size_t{5});
        QCOMPARE(array[0].as_int64(), std::int64_t{1});
        QCOMPARE(qt(array[1].as_string().c_str()), QByteArray("é"));
        QVERIFY(array[2].is_null());
    }

    void saysWhereATextIsWrong() {
        const auto broken = json::parse(R"({"a": tru})");
        QVERIFY(!broken.has_value());
        QVERIFY(!broken.error().message.empty());
        QVERIFY(broken.error().position >= 6 && broken.error().position <= 9);
        for (const char* text : {"", " ", "{", "[1,]", "{} x", "\"\\ud800\"", "\"\xff\"", "nul"})
            QVERIFY2(!json::parse(text).has_value(), text);
    }

    void letsNestingPassThatTheServiceRefusesInItsOwnWords() {
        const auto nested = [](std::size_t depth) {
            return std::string(depth, '[') + std::string(depth, ']');
        };
        QVERIFY(json::parse(nested(256)).has_value());
        QVERIFY(!json::parse(nested(257)).has_value());
        QVERIFY(!json::parse(nested(1'000'000)).has_value());
    }

    void letsTheLastOfTwoMembersWin() {
        const auto value = json::parse(R"({"a":1,"a":2})");
        QVERIFY(value.has_value());
        QCOMPARE(value->at("a").as_int64(), std::int64_t{2});
        QCOMPARE(value->as_object().size(), std::size_t{1});
    }

    void putsTheValueWhereItIsTold() {
        boost::json::monotonic_resource arena;
        const auto value = json::parse(R"({"a":["text"]})", &arena);
        QVERIFY(value.has_value());
        QVERIFY(*value->storage() == *boost::json::storage_ptr(&arena));
    }

    void movesValuesWithoutCopying() {
        auto value = json::parse(R"({"a":"a string that is not short"})");
        QVERIFY(value.has_value());
        const char* text = value->at("a").as_string().data();
        const json::Value moved = std::move(*value);
        QVERIFY(moved.at("a").as_string().data() == text);
    }

    void escapesWhatJsonMustNotHold() {
        QCOMPARE(qt(jsonString("a\"b\\c\n\t\r\b\f")), QByteArray("\"a\\\"b\\\\c\\n\\t\\r\\b\\f\""));
        QCOMPARE(qt(jsonString(std::string_view("\0\x1f\x20", 3))),
                 QByteArray(R"("\u0000\u001f ")"));
        QCOMPARE(qt(jsonString("/é\x7f€")), QByteArray("\"/é\x7f€\""));
        QCOMPARE(qt(jsonString("")), QByteArray("\"\""));
    }

    // At each place of a word of eight bytes, and beside bytes that could cause a false match.
    void findsAnEscapeWhereverItStands() {
        for (std::size_t size = 1; size < 40; ++size) {
            for (std::size_t at = 0; at < size; ++at) {
                for (const char fill : {'a', '!', '#', '[', ']', '\x20', '\x7f', '\x80', '\xff'}) {
                    std::string text(size, fill);
                    QCOMPARE(jsonString(text).size(), size + 2);
                    text[at] = '"';
                    QCOMPARE(jsonString(text).size(), size + 3);
                    text[at] = '\x01';
                    QCOMPARE(jsonString(text).size(), size + 7);
                }
            }
        }
    }

    void writesStringsThatReadBack() {
        QVERIFY(rc::check("a written string reads back", [](const std::vector<char16_t>& units) {
            const QString source(reinterpret_cast<const QChar*>(units.data()),
                                 qsizetype(units.size()));
            RC_PRE(source.isValidUtf16());
            const std::string text = source.toStdString();
            const auto read = json::parse(jsonString(text));
            RC_ASSERT(read.has_value());
            RC_ASSERT(std::string(std::string_view(read->as_string())) == text);
        }));
        QVERIFY(rc::check("so does one of ASCII", [] {
            const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127));
            const auto read = json::parse(jsonString(text));
            RC_ASSERT(read.has_value());
            RC_ASSERT(std::string(std::string_view(read->as_string())) == text);
        }));
    }

    void writesCommasAndColonsByItself() {
        std::string out;
        json::Writer writer(out);
        writer.beginObject();
        writer.name("a").beginArray().number(std::int64_t{1}).string("x").beginObject().endObject();
        writer.boolean(true).null().endArray();
        writer.name("b").raw("{\"c\":1}");
        writer.name("d").value().append("[]");
        writer.name("e").beginArray().endArray();
        writer.name("f\n").boolean(false);
        writer.endObject();
        QCOMPARE(qt(out), QByteArray(R"({"a":[1,"x",{},true,null],"b":{"c":1},"d":[],)"
                                     R"("e":[],"f\n":false})"));
        QVERIFY(!QJsonDocument::fromJson(qt(out)).isNull());
    }

    void writesNumbersAsTheServiceDoes() {
        QCOMPARE(qt(numberText(0.5)), QByteArray("0.5"));
        QCOMPARE(qt(numberText(1)), QByteArray("1.0"));
        QCOMPARE(qt(numberText(0)), QByteArray("0.0"));
        QCOMPARE(qt(numberText(1700000000.123)), QByteArray("1700000000.123"));
        QCOMPARE(qt(numberText(0.1 + 0.2)), QByteArray("0.30000000000000004"));
        std::string out;
        json::Writer(out).beginArray().number(INT64_MIN).number(INT64_MAX).endArray();
        QCOMPARE(qt(out), QByteArray("[-9223372036854775808,9223372036854775807]"));
    }

    void writesDoublesThatReadBack() {
        QVERIFY(rc::check("a written double reads back", [](double value) {
            const auto read = json::parse(numberText(value));
            RC_ASSERT(read.has_value());
            RC_ASSERT(read->is_double());
            // The parser may be off by one unit in the last place; the text itself is exact.
            RC_ASSERT(QByteArray::fromStdString(numberText(value)).toDouble() == value);
        }));
    }
};

ORRERY_TEST_CLASS(JsonTest)
#include "json_test.moc"
