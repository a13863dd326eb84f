#include <QTest>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/replication/scenario.h"
#include "tests/support/test_main.h"

using namespace orrery;

// Goal: what a group does in the situations that everybody asks about, as text that can be read.
// Method: each *.scenario of this folder is run and must print what stands in it; `--rewrite` puts
// what it prints in its place.
class ScenarioTest : public QObject {
    Q_OBJECT
private slots:
    void printsWhatTheFileSays_data() {
        QTest::addColumn<QString>("path");
        std::vector<std::filesystem::path> paths;
        for (const auto& entry : std::filesystem::directory_iterator(ORRERY_TEST_SOURCE_DIR)) {
            if (entry.path().extension() == ".scenario") paths.push_back(entry.path());
        }
        std::ranges::sort(paths);
        QVERIFY(paths.size() >= 8);
        for (const std::filesystem::path& path : paths)
            QTest::newRow(path.stem().c_str()) << QString::fromStdString(path.string());
    }

    void printsWhatTheFileSays() {
        QFETCH(QString, path);
        std::ostringstream read;
        read << std::ifstream(path.toStdString()).rdbuf();
        const std::string expected = read.str();
        const std::string actual = test::Scenario::run(expected);
        if (test::rewriting()) {
            std::ofstream(path.toStdString()) << actual;
            return;
        }
        QVERIFY2(actual.find("\nerror:") == std::string::npos, actual.c_str());
        QVERIFY2(actual == expected, actual.c_str());
    }
};

ORRERY_TEST_CLASS(ScenarioTest)
#include "scenario_test.moc"
