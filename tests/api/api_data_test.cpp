// Goal: each operation answers exactly as the service does.
//
// Method: every .test file of the folders below is a dialogue with a world of its own. A block is
// the name of an operation, the body of a request, a line "----" and the expected answer: the
// members of the reply, one per line, or the status, name and message of the error. Empty lines
// separate blocks; a line that begins with # is a comment. The comment "# Region: eu-south-2" sets
// the Region of all blocks below it, which is us-east-1 at first; "# Profile: service-like" at the
// top sets the world's profile. "$Name" in a body is the text of that member in the last reply that
// had it. A request of a REST service begins with its method and path, "GET /actions", and
// "$name.id" and "$name.arn" are those members of a structure in a reply; the path is encoded. The
// operation Wait lets seconds pass, 10 unless its body says how many. With ORRERY_REWRITE=1 the
// test writes the answers into the files; review the
// diff like code.

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTest>
#include <QUrl>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "tests/api/world_fixture.h"
#include "tests/support/test_main.h"

namespace {

using orrery::test::WorldFixture;

struct Block {
    std::string comments;  // Includes empty lines: everything before the operation.
    std::string operation;
    std::string body;
    std::string expected;
};

std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

// `tail` receives the comments after the last block.
std::vector<Block> blocksOf(const std::string& text, std::string& tail) {
    std::vector<Block> blocks;
    enum class In { Head, Body, Answer } in = In::Head;
    Block block;
    for (const std::string& line : linesOf(text)) {
        if (in == In::Head && (line.empty() || line.starts_with('#'))) {
            block.comments += line + "\n";
        } else if (in == In::Head) {
            block.operation = line;
            in = In::Body;
        } else if (in == In::Body && line == "----") {
            in = In::Answer;
        } else if (in == In::Body) {
            block.body += line + "\n";
        } else if (line.empty()) {
            blocks.push_back(std::exchange(block, Block{"\n", {}, {}, {}}));
            in = In::Head;
        } else {
            block.expected += line + "\n";
        }
    }
    if (in == In::Answer) {
        blocks.push_back(block);
    } else {
        tail = block.comments;
    }
    return blocks;
}

// The members of the reply, one per line, so that a difference is easy to see.
std::string shown(const WorldFixture::Answer& answer) {
    const auto json = orrery::json::parse(answer.body);
    if (!json || !json->is_object()) return "not an object: " + answer.body + "\n";
    const auto& object = json->get_object();
    if (answer.status != 200) {
        const std::string type(object.at("__type").as_string());
        std::string text =
            std::to_string(answer.status) + " " + type.substr(type.find('#') + 1) + "\n";
        for (const char* member : {"message", "Message"})
            if (const auto* message = object.if_contains(member))
                text += std::string(message->as_string()) + "\n";
        if (const auto* item = object.if_contains("Item"))
            text += "Item " + boost::json::serialize(*item) + "\n";
        if (const auto* reasons = object.if_contains("CancellationReasons"))
            for (const auto& reason : reasons->as_array())
                text += "- " + boost::json::serialize(reason) + "\n";
        return text;
    }
    if (object.empty()) return "{}\n";
    std::string text;
    for (const auto& [name, value] : object)
        text += std::string(name) + " " + boost::json::serialize(value) + "\n";
    return text;
}

// Expands long values of a body: "<400000>" in a string becomes that many a's.
std::string expanded(std::string body) {
    for (std::size_t at = body.find('<'); at != std::string::npos; at = body.find('<', at + 1)) {
        const std::size_t end = body.find('>', at);
        if (end == std::string::npos) break;
        const std::string digits = body.substr(at + 1, end - at - 1);
        if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) continue;
        body.replace(at, end + 1 - at, std::string(std::stoul(digits), 'a'));
    }
    return body;
}

// What the comments set, if they set it: "# Region: eu-south-2".
std::string settingIn(const Block& block, const std::string& name, std::string otherwise) {
    const std::string start = "# " + name + ": ";
    for (const std::string& line : linesOf(block.comments))
        if (line.starts_with(start)) otherwise = line.substr(start.size());
    return otherwise;
}

/// The texts of earlier replies, by the name of their member.
using Texts = std::map<std::string, std::string>;

void learn(Texts& texts, const WorldFixture::Answer& answer) {
    const auto json = orrery::json::parse(answer.body);
    if (!json || !json->is_object()) return;
    for (const auto& [name, value] : json->get_object()) {
        if (value.is_string()) texts["$" + std::string(name)] = std::string(value.as_string());
        if (!value.is_object()) continue;
        for (const char* member : {"id", "arn"})
            if (const auto* text = value.get_object().if_contains(member))
                texts["$" + std::string(name) + "." + member] = std::string(text->as_string());
    }
}

// The path has no quotes around the names of texts.
std::string withTexts(std::string path, const Texts& texts) {
    for (const auto& [name, text] : texts)
        if (const std::size_t at = path.find(name); at != std::string::npos)
            path.replace(at, name.size(), QUrl::toPercentEncoding(text.c_str()).toStdString());
    return path;
}

std::string ask(WorldFixture& world, const Block& block, Texts& texts, const std::string& region) {
    if (block.operation == "Wait") {
        int seconds = 10;
        std::from_chars(block.body.data(), block.body.data() + block.body.size(), seconds);
        world.wait(std::chrono::seconds(seconds));
        return "ok\n";
    }
    std::string body = expanded(block.body);
    for (const auto& [name, text] : texts) {
        const std::size_t at = body.find('"' + name + '"');
        if (at != std::string::npos) body.replace(at + 1, name.size(), text);
    }
    const std::size_t path = block.operation.find(" /");
    const WorldFixture::Answer answer =
        path == std::string::npos
            ? world.call(block.operation, body, region)
            : world.rest(block.operation.substr(0, path),
                         withTexts(block.operation.substr(path + 1), texts), body, region);
    learn(texts, answer);
    return shown(answer);
}

}  // namespace

class ApiDataTest : public QObject {
    Q_OBJECT

private slots:
    void answersAsWritten_data() {
        QTest::addColumn<QString>("path");
        const QDir root(QStringLiteral(ORRERY_TEST_SOURCE_DIR));
        QStringList paths;
        QDirIterator files(root.path(), {QStringLiteral("*.test")}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext())
            paths.append(files.next());
        paths.sort();
        QVERIFY(!paths.isEmpty());
        for (const QString& path : paths)
            QTest::newRow(qPrintable(root.relativeFilePath(path))) << path;
    }

    void answersAsWritten() {
        QFETCH(QString, path);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const std::string text = file.readAll().toStdString();
        file.close();

        std::string tail;
        const std::vector<Block> blocks = blocksOf(text, tail);
        QVERIFY(!blocks.empty());
        const auto* profile =
            orrery::cluster::Profile::find(settingIn(blocks.front(), "Profile", "drop-in"));
        QVERIFY(profile != nullptr);
        WorldFixture world(*profile);
        Texts texts;
        std::string rewritten;
        QStringList differences;
        std::string region = "us-east-1";
        for (const Block& block : blocks) {
            region = settingIn(block, "Region", std::move(region));
            const std::string answer = ask(world, block, texts, region);
            rewritten += block.comments + block.operation + "\n" + block.body + "----\n" + answer;
            if (answer == block.expected) continue;
            differences.append(QString::fromStdString(block.operation + "\n" + block.body +
                                                      "-- expected\n" + block.expected +
                                                      "-- got\n" + answer));
        }
        if (qEnvironmentVariableIsSet("ORRERY_REWRITE")) {
            QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
            file.write(QByteArray::fromStdString(rewritten + tail));
            return;
        }
        QVERIFY2(differences.isEmpty(), qPrintable(differences.join(QStringLiteral("\n"))));
    }
};

ORRERY_TEST_CLASS(ApiDataTest)
#include "api_data_test.moc"
