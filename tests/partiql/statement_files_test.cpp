// Goal: statements mean what the service makes of them, and what it cannot read it refuses in the
// service's words, whatever bytes it is given.
//
// Method: the .test files of this folder (statement_file.h describes them). All their statements
// are also cut at every byte and changed at random; each piece gets an answer, and none breaks the
// parser. With ORRERY_REWRITE=1 the test writes the outcomes into the files; review the diff.

#include <QDir>
#include <QFile>
#include <QTest>
#include <string>

#include "core/base/prng.h"
#include "core/partiql/statement.h"
#include "tests/partiql/statement_file.h"
#include "tests/support/test_main.h"

namespace {

using orrery::test::StatementCase;

QStringList testFiles() {
    const QDir root(QStringLiteral(ORRERY_TEST_SOURCE_DIR));
    return root.entryList({QStringLiteral("*.test")}, QDir::Files, QDir::Name);
}

std::vector<StatementCase> casesOf(const QString& name) {
    QFile file(QDir(QStringLiteral(ORRERY_TEST_SOURCE_DIR)).filePath(name));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return orrery::test::statementCases(file.readAll().toStdString());
}

void parse(const std::string& statement) {
    StatementCase one;
    one.statement = statement;
    one.parameters = R"([{"S":"a"},{"N":"1"},{"SS":["x"]},{"L":[]}])";
    QVERIFY(!orrery::test::outcomeOf(one).empty());
}

// One random change: a byte, a piece of another statement, or a piece less.
std::string changed(const std::string& statement, const std::string& other, orrery::Prng& prng) {
    static constexpr std::string_view kPieces[] = {"\xc3\xa4",
                                                   "\xe2\x82\xac",
                                                   "\xf0\x9f\x98\x80",
                                                   "\xff",
                                                   "'",
                                                   "\"",
                                                   "<<",
                                                   "(",
                                                   "[",
                                                   "{",
                                                   " NOT ",
                                                   "--",
                                                   "/*",
                                                   "?",
                                                   " AND ",
                                                   "1e",
                                                   "."};
    std::string text = statement;
    const std::size_t at = prng.below(text.size() + 1);
    switch (prng.below(4)) {
        case 0:
            text.insert(at, kPieces[prng.below(std::size(kPieces))]);
            break;
        case 1:
            text.erase(at, prng.below(8) + 1);
            break;
        case 2:
            if (at < text.size()) text[at] = static_cast<char>(prng.below(256));
            break;
        default:
            text.replace(at, prng.below(8), other.substr(prng.below(other.size() + 1)));
    }
    return text;
}

}  // namespace

class StatementFilesTest : public QObject {
    Q_OBJECT

private slots:
    void meansWhatIsWritten_data() {
        QTest::addColumn<QString>("name");
        QVERIFY(!testFiles().isEmpty());
        for (const QString& name : testFiles())
            QTest::newRow(qPrintable(name)) << name;
    }

    void meansWhatIsWritten() {
        QFETCH(QString, name);
        const std::vector<StatementCase> cases = casesOf(name);
        QVERIFY(!cases.empty());
        std::string rewritten;
        QStringList differences;
        for (const StatementCase& one : cases) {
            const std::string outcome = orrery::test::outcomeOf(one);
            rewritten += one.comments + one.statement + "\n";
            if (!one.parameters.empty()) rewritten += "parameters " + one.parameters + "\n";
            rewritten += "----\n" + outcome;
            if (outcome != one.expected)
                differences.append(QString::fromStdString(one.statement + "\n-- expected\n" +
                                                          one.expected + "-- got\n" + outcome));
        }
        if (qEnvironmentVariableIsSet("ORRERY_REWRITE")) {
            QFile file(QDir(QStringLiteral(ORRERY_TEST_SOURCE_DIR)).filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
            file.write(QByteArray::fromStdString(rewritten));
            return;
        }
        QVERIFY2(differences.isEmpty(), qPrintable(differences.join(QStringLiteral("\n"))));
    }

    void answersEveryPieceOfAStatement() {
        for (const QString& name : testFiles()) {
            for (const StatementCase& one : casesOf(name)) {
                for (std::size_t length = 0; length < one.statement.size(); ++length)
                    parse(one.statement.substr(0, length));
            }
        }
    }

    void answersRandomChanges() {
        std::vector<StatementCase> all;
        for (const QString& name : testFiles())
            for (StatementCase& one : casesOf(name))
                all.push_back(std::move(one));
        orrery::Prng prng(1);
        for (int round = 0; round < 20'000; ++round) {
            std::string text = all[prng.below(all.size())].statement;
            for (std::uint64_t changes = prng.below(4) + 1; changes > 0; --changes)
                text = changed(text, all[prng.below(all.size())].statement, prng);
            parse(text);
        }
    }

    // 8,192 characters of anything that nests or repeats: refused or taken, but answered.
    void answersWhatNestsAndRepeats() {
        for (const std::string_view piece :
             {"(", "[", "{'a':", "<<", "NOT ", "- ", "a[", "a.", "a=1 AND ", "a=1 OR ", "a+1+",
              "f(", "a = ", "attribute_exists(a) = ", "1,", "a IS NULL AND NOT (", "'",
              "\xe2\x82\xac"}) {
            for (const std::string_view start :
                 {"", "SELECT * FROM t WHERE ", "SELECT ",
                  "INSERT INTO t VALUE {'a':", "UPDATE t SET a = "}) {
                std::string text(start);
                while (text.size() + piece.size() <= 8192)
                    text += piece;
                parse(text);
                parse(text + "a");
            }
        }
    }
};

ORRERY_TEST_CLASS(StatementFilesTest)
#include "statement_files_test.moc"
