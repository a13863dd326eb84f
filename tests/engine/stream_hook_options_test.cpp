// Goal: each command of --on-stream continues where it stopped, whatever other commands there are
// and in which order they are given.

#include "core/engine/stream_hook_options.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <set>

#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::engine;

namespace {

namespace fs = std::filesystem;

const std::string kArn = "arn:aws:dynamodb:us-east-1:000000000000:table/Orders";

std::vector<fs::path> filesOf(const std::vector<std::string>& flags, const fs::path& folder) {
    std::vector<fs::path> files;
    for (const StreamHookOptions& hook : streamHookOptions(flags, folder))
        files.push_back(hook.file);
    return files;
}

}  // namespace

class StreamHookOptionsTest : public QObject {
    Q_OBJECT
private slots:
    void readsNamesAndArns() {
        const auto hooks = streamHookOptions(
            {"Orders=cat > a=b", "arn:aws:dynamodb:eu-west-1:000000000000:table/Carts=true"}, {});
        QCOMPARE(hooks.size(), 2u);
        QCOMPARE(hooks[0].table, std::string("Orders"));
        QCOMPARE(hooks[0].region, std::string("us-east-1"));
        QCOMPARE(hooks[0].command, std::string("cat > a=b"));
        QVERIFY(hooks[0].file.empty());
        QCOMPARE(hooks[1].table, std::string("Carts"));
        QCOMPARE(hooks[1].region, std::string("eu-west-1"));
    }

    void givesEachCommandAFileOfItsOwn() {
        const QTemporaryDir made;
        const fs::path folder = made.path().toStdString();
        const auto files = filesOf({"Orders=a", kArn + "=b", "Orders=a", "Carts=a",
                                    "arn:aws:dynamodb:eu-west-1:000000000000:table/Orders=a"},
                                   folder);
        QCOMPARE(std::set<fs::path>(files.begin(), files.end()).size(), files.size());
        // The same ones, by name or by ARN and in another order.
        QVERIFY(filesOf({"Orders=b", kArn + "=a"}, folder) ==
                (std::vector<fs::path>{files[1], files[0]}));
        QVERIFY(filesOf({"no/name=a"}, folder) == std::vector<fs::path>{fs::path()});
    }

    void findsEachFileAgain() {
        const QTemporaryDir made;
        const fs::path folder = made.path().toStdString();
        const auto files = filesOf({"Orders=a", "Orders=b"}, folder);
        for (const fs::path& file : files)
            std::ofstream(file) << file.string();
        QVERIFY(filesOf({"Orders=b", "Orders=a"}, folder) ==
                (std::vector<fs::path>{files[1], files[0]}));
        // Two are there: a third command begins anew.
        QVERIFY(!fs::exists(filesOf({"Orders=c"}, folder).front()));
        QVERIFY(filesOf({"Orders=b"}, folder) == std::vector<fs::path>{files[1]});
    }

    void aChangedCommandTakesOverTheOnlyFile() {
        const QTemporaryDir made;
        const fs::path folder = made.path().toStdString();
        const fs::path first = filesOf({"Orders=a"}, folder).front();
        std::ofstream(first) << "position";
        const fs::path second = filesOf({"Orders=b"}, folder).front();
        QVERIFY(second != first);
        QVERIFY(fs::exists(second) && !fs::exists(first));
        // Not where another command of the table may still want it.
        QVERIFY(filesOf({"Orders=a", "Orders=c"}, folder).front() == first);
        QVERIFY(fs::exists(second) && !fs::exists(first));
    }

    void takesOverTheFilesOfEarlierVersions() {
        const QTemporaryDir made;
        const fs::path folder = made.path().toStdString();
        std::ofstream(folder / "us-east-1_Orders_1") << "1";
        std::ofstream(folder / "us-east-1_Orders_2") << "2";
        const auto files = filesOf({"Orders=a", "Orders=b"}, folder);
        for (std::size_t i = 0; i < files.size(); ++i) {
            std::string content;
            std::ifstream(files[i]) >> content;
            QCOMPARE(content, std::to_string(i + 1));
        }
        QVERIFY(filesOf({"Orders=b", "Orders=a"}, folder) ==
                (std::vector<fs::path>{files[1], files[0]}));
    }
};

ORRERY_TEST_CLASS(StreamHookOptionsTest)
#include "stream_hook_options_test.moc"
