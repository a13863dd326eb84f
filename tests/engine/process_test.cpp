#include "app/process.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryFile>
#include <QTest>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "tests/support/test_main.h"

using namespace orrery;

namespace {

struct Ended {
    int status = -1;   ///< As of waitpid.
    std::string said;  ///< On standard error.
};

// Runs `body` in a process of its own that is prepared to serve.
template <typename Body>
Ended inPreparedProcess(Body body) {
    int ends[2];
    if (::pipe(ends) != 0) return {};
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[0]);
        app::prepareProcess();
        body();
        std::_Exit(EXIT_SUCCESS);
    }
    ::close(ends[1]);
    Ended ended;
    char buffer[512];
    for (ssize_t bytes = 0; (bytes = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        ended.said.append(buffer, static_cast<std::size_t>(bytes));
    ::close(ends[0]);
    ::waitpid(child, &ended.status, 0);
    return ended;
}

}  // namespace

class ProcessTest : public QObject {
    Q_OBJECT
private slots:
    void survivesAnOutputThatNobodyReads() {
        const Ended ended = inPreparedProcess([] {
            int ends[2];
            if (::pipe(ends) != 0) std::_Exit(3);
            ::close(ends[0]);
            if (::write(ends[1], "x", 1) != -1 || errno != EPIPE) std::_Exit(4);
        });
        QVERIFY(WIFEXITED(ended.status));
        QCOMPARE(WEXITSTATUS(ended.status), EXIT_SUCCESS);
    }

    // The write fails, which the storage takes for a full disk.
    void survivesAFileAtItsLimit() {
        QTemporaryFile file;
        QVERIFY(file.open());
        const Ended ended = inPreparedProcess([&] {
            const rlimit none{1, 1};
            ::setrlimit(RLIMIT_FSIZE, &none);
            if (::pwrite(file.handle(), "x", 1, 1) != -1 || errno != EFBIG) std::_Exit(3);
        });
        QVERIFY(WIFEXITED(ended.status));
        QCOMPARE(WEXITSTATUS(ended.status), EXIT_SUCCESS);
    }

    void saysThatThereIsNoMoreMemory() {
        const Ended ended = inPreparedProcess([] {
            const rlimit none{1, 1};
            ::setrlimit(RLIMIT_AS, &none);
            // Not with `new`: the compiler may leave out what nobody uses.
            ::operator delete(::operator new(std::size_t{1} << 30));
        });
        QVERIFY(WIFEXITED(ended.status));
        QCOMPARE(WEXITSTATUS(ended.status), EXIT_FAILURE);
        QVERIFY2(ended.said.find("no more memory") != std::string::npos, ended.said.c_str());
    }
};

ORRERY_TEST_CLASS(ProcessTest)
#include "process_test.moc"
