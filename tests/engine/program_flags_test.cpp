// Goal: both programs read one table of flags, and each accepts only its own.

#include "app/program_flags.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QTest>

#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::app;

class ProgramFlagsTest : public QObject {
    Q_OBJECT
private slots:
    void readsTheSameFlagsForBoth() {
        for (const Program program : {Program::Window, Program::Daemon}) {
            const CommandLine line = parseCommandLine(
                program, {"--data", "/a/b", "--port", "8123", "--seed", "7", "--profile", "drop-in",
                          "--demo", "--cors", "https://app.example"});
            QVERIFY(!line.exitCode);
            QCOMPARE(line.engine.dataFolder.string(), std::string("/a/b"));
            QCOMPARE(line.engine.port.value(), 8123);
            QCOMPARE(line.engine.seed, std::uint64_t{7});
            QCOMPARE(line.engine.profile.name, std::string("drop-in"));
            QVERIFY(line.engine.profileIsChosen);
            QVERIFY(line.engine.origins.allow("https://app.example"));
            QVERIFY(line.settings.demo);
        }
    }

    void takesSeveralHostNames() {
        const CommandLine line = parseCommandLine(
            Program::Daemon, {"--allow-host", "db.example", "--allow-host", "*.test", "--memory"});
        QVERIFY(!line.exitCode);
        QCOMPARE(line.engine.allowedHosts.size(), std::size_t{2});
        QCOMPARE(line.engine.allowedHosts[1], std::string("*.test"));
        // It does not take the next word.
        QVERIFY(parseCommandLine(Program::Daemon, {"--allow-host", "a", "b"}).exitCode);
    }

    void saysWhatIsWrongWithAPortAndAFolder() {
        for (const char* port : {"80000", "http", "80x"}) {
            const CommandLine line = parseCommandLine(Program::Window, {"--port", port});
            QVERIFY2(line.exitCode.value_or(0) != 0, port);
            QVERIFY2(
                line.problem.find("is no port; give a number from 0 to 65535") != std::string::npos,
                line.problem.c_str());
        }
        QTemporaryFile file;
        QVERIFY(file.open());
        const std::string path = file.fileName().toStdString();
        const CommandLine line = parseCommandLine(Program::Daemon, {"--data", path});
        QVERIFY(line.exitCode.value_or(0) != 0);
        QCOMPARE(line.problem, "--data takes a folder, but " + path + " is a file.");
    }

    void saysThatAFolderHasOtherFiles() {
        QTemporaryDir folder;
        const auto note = [&folder] {
            return parseCommandLine(Program::Window, {"--data", folder.path().toStdString()})
                .folderNote;
        };
        const auto touch = [&folder](const char* name) {
            return QFile(folder.filePath(name)).open(QIODevice::WriteOnly);
        };
        QCOMPARE(note(), std::string());
        QVERIFY(touch("letter.txt"));
        QVERIFY2(note().find("other files, such as letter.txt") != std::string::npos,
                 note().c_str());
        QVERIFY(touch("format"));
        QCOMPARE(note(), std::string());
        QVERIFY(parseCommandLine(Program::Window, {"--memory"}).folderNote.empty());
    }

    void startsEachProgramAsItIsMeant() {
        const CommandLine window = parseCommandLine(Program::Window, {"--memory"});
        QCOMPARE(window.engine.profile.name, std::string("service-like"));
        QVERIFY(!window.engine.portRequired);
        QVERIFY(window.engine.dataFolder.empty());
        const CommandLine daemon = parseCommandLine(Program::Daemon, {"--memory"});
        QCOMPARE(daemon.engine.profile.name, std::string("drop-in"));
        QVERIFY(daemon.engine.portRequired);
        QVERIFY(!daemon.engine.profileIsChosen);
        QVERIFY(!daemon.engine.origins.allow("https://app.example"));
        QCOMPARE(daemon.engine.host, std::string("127.0.0.1"));
    }

    void keepsTheDaemonsFlagsFromTheWindow() {
        for (const char* flag :
             {"--host", "--durability", "--namespace", "--log-level", "--on-stream"}) {
            const CommandLine line = parseCommandLine(Program::Window, {flag, "durable"});
            QVERIFY2(line.exitCode.value_or(0) != 0, flag);
        }
        QVERIFY(
            !parseCommandLine(Program::Daemon, {"--durability", "relaxed", "--memory"}).exitCode);
    }

    void takesManyCommandsForStreams() {
        const CommandLine line = parseCommandLine(
            Program::Daemon,
            {"--on-stream", "Orders=cat > a=b", "--on-stream=Carts=true", "--demo"});
        QVERIFY(!line.exitCode);
        QCOMPARE(line.settings.onStream,
                 (std::vector<std::string>{"Orders=cat > a=b", "Carts=true"}));
        QVERIFY(line.settings.demo);
        for (const char* wrong : {"Orders", "=cat", "Orders=", ""})
            QCOMPARE(parseCommandLine(Program::Daemon, {"--on-stream", wrong}).exitCode.value_or(0),
                     1);
    }

    // The hook would look for the table in the shared account.
    void refusesCommandsForStreamsWithAnAccountForEachKey() {
        const CommandLine line = parseCommandLine(
            Program::Daemon, {"--on-stream", "Orders=cat", "--namespace", "per-key"});
        QCOMPARE(line.exitCode.value_or(0), 1);
    }

    // After a kill, new changes would have the sequence numbers of lost ones that were handled.
    void refusesCommandsForStreamsThatAKillMayShorten() {
        const auto code = [](std::vector<std::string> more) {
            std::vector<std::string> arguments = {"--on-stream", "Orders=cat", "--durability",
                                                  "relaxed"};
            arguments.insert(arguments.end(), more.begin(), more.end());
            return parseCommandLine(Program::Daemon, arguments).exitCode.value_or(0);
        };
        QCOMPARE(code({}), 1);
        QCOMPARE(code({"--memory"}), 0);
    }

    void refusesAFolderWithoutAName() {
        for (const Program program : {Program::Window, Program::Daemon})
            QCOMPARE(parseCommandLine(program, {"--data", ""}).exitCode.value_or(0), 1);
    }
};

ORRERY_TEST_CLASS(ProgramFlagsTest)
#include "program_flags_test.moc"
