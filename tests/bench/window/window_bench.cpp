// What section 9 of the design asks of the window: how fast a large table opens, whether paging
// keeps memory flat, and how long the window's thread is busy at a stretch while requests pass.
//
// Method: the whole window and the real engine in memory in one process, without a screen. A
// stretch is the time from the event loop's waking to its next rest: no frame takes longer than the
// longest.

#include <CLI/CLI.hpp>
#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QStandardPaths>
#include <QThread>
#include <QTimer>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

#include "app/embedded_backend.h"
#include "app/main_window.h"
#include "widgets/table_page.h"
#include "widgets/theme.h"

namespace {

using namespace orrery;

struct Options {
    std::int64_t items = 1'000'000;
    int seconds = 10;
    int rate = 1'000;
};

/// Writes down how long events keep the window's thread busy.
class BusyApplication : public QApplication {
public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override {
        // Only whole events count, not those that are sent while one is handled, nor what other
        // threads of Qt's handle.
        if (m_depth > 0 || QThread::currentThread() != thread())
            return QApplication::notify(receiver, event);
        const Clock::time_point begin = Clock::now();
        ++m_depth;
        const bool result = QApplication::notify(receiver, event);
        --m_depth;
        const Clock::time_point end = Clock::now();
        constexpr std::chrono::microseconds kRest(200);
        if (m_stretches.empty() || begin - m_end > kRest) {
            m_stretches.push_back(0);
            m_begin = begin;
        }
        m_end = end;
        m_stretches.back() = std::chrono::duration<double, std::milli>(m_end - m_begin).count();
        return result;
    }
    /// Milliseconds of each stretch since the last time.
    std::vector<double> takeStretches() { return std::exchange(m_stretches, {}); }

private:
    using Clock = std::chrono::steady_clock;
    std::vector<double> m_stretches;
    Clock::time_point m_begin;
    Clock::time_point m_end;
    int m_depth = 0;
};

/// Lives through events until `done` holds.
template <typename Done>
void waitFor(Done done) {
    while (!done())
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
}

void waitMs(int milliseconds) {
    bool over = false;
    QTimer::singleShot(milliseconds, qApp, [&over] { over = true; });
    waitFor([&over] { return over; });
}

/// Resident memory of this process that no file backs, in MB.
double anonymousMb() {
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly)) return 0;
    for (const QByteArray& line : status.readAll().split('\n'))
        if (line.startsWith("RssAnon:"))
            return line.mid(8).trimmed().split(' ')[0].toDouble() / 1024;
    return 0;
}

std::string batch(std::int64_t first, std::int64_t end) {
    std::string json = R"({"RequestItems":{"Million":[)";
    for (std::int64_t i = first; i < end; ++i) {
        if (i > first) json += ',';
        const std::string number = std::to_string(i);
        json += R"({"PutRequest":{"Item":{"id":{"S":"user-)" + number + R"("},"score":{"N":")" +
                number + R"("},"note":{"S":"an item to be looked at"}}}})";
    }
    return json + "]}}";
}

/// Puts the items in batches of 25, a few dozen under way at a time.
void load(engine::Engine& engine, std::int64_t items) {
    std::atomic<bool> made = false;
    engine.call("us-east-1", "CreateTable",
                R"({"TableName":"Million","BillingMode":"PAY_PER_REQUEST",
                    "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
                    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]})",
                [&made](const engine::Engine::Answer&) { made = true; });
    while (!made)
        std::this_thread::yield();
    std::atomic<std::int64_t> underWay = 0;
    for (std::int64_t i = 0; i < items; i += 25) {
        while (underWay >= 32)
            std::this_thread::yield();
        ++underWay;
        engine.call("us-east-1", "BatchWriteItem", batch(i, std::min(i + 25, items)),
                    [&underWay](const engine::Engine::Answer&) { --underWay; });
    }
    while (underWay > 0)
        std::this_thread::yield();
}

void measureOpening(app::MainWindow& window) {
    QElapsedTimer clock;
    clock.start();
    window.feed()->takeSnapshot();
    window.openTable({QStringLiteral("us-east-1"), QStringLiteral("Million"), {}});
    auto* page = window.currentTable();
    waitFor([page] { return page->model()->rowCount() > 0; });
    page->repaint();
    std::printf("opens in %lld ms\n", static_cast<long long>(clock.elapsed()));
}

void measurePaging(app::MainWindow& window) {
    auto* page = window.currentTable();
    auto* bar = page->grid()->table()->verticalScrollBar();
    const double before = anonymousMb();
    std::vector<qint64> jumps;
    for (int i = 0; i < 200; ++i) {
        QElapsedTimer clock;
        clock.start();
        page->grid()->jumpTo((i * 37 % 200) / 200.0);
        waitFor([page] { return !page->model()->isLoading(); });
        page->repaint();
        jumps.push_back(clock.elapsed());
    }
    std::ranges::sort(jumps);
    std::printf("jumps: median %lld ms, longest %lld ms\n",
                static_cast<long long>(jumps[jumps.size() / 2]),
                static_cast<long long>(jumps.back()));
    for (int i = 0; i < 1000; ++i) {
        bar->setValue(bar->value() + 20 * page->grid()->table()->rowHeight());
        QCoreApplication::processEvents();
    }
    std::printf("rows held: %d; memory %.0f MB before paging, %.0f MB after\n",
                page->model()->rowCount(), before, anonymousMb());
}

void measureFrames(app::MainWindow& window, engine::Engine& engine, const Options& options,
                   const char* dock) {
    window.dock(QString::fromLatin1(dock))->raise();
    // Sent from a thread of its own, a few each millisecond.
    QThread thread;
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    timer.setInterval(1);
    timer.moveToThread(&thread);
    QObject::connect(&thread, &QThread::started, &timer, qOverload<>(&QTimer::start));
    QObject::connect(&thread, &QThread::finished, &timer, &QTimer::stop);
    QElapsedTimer since;
    since.start();
    QObject::connect(&timer, &QTimer::timeout, &timer, [&, sent = std::int64_t{0}]() mutable {
        for (; sent < since.elapsed() * options.rate / 1000; ++sent) {
            const std::string key = std::to_string(sent * 7919 % options.items);
            const std::string id = R"({"id":{"S":"user-)" + key + R"("})";
            engine.call("us-east-1", sent % 4 == 0 ? "PutItem" : "GetItem",
                        sent % 4 == 0 ? R"({"TableName":"Million","Item":)" + id + "}}"
                                      : R"({"TableName":"Million","Key":)" + id + "}}",
                        [](const engine::Engine::Answer&) {});
        }
    });
    thread.start();
    waitMs(500);  // What is raised lays itself out once.
    auto* application = static_cast<BusyApplication*>(qApp);
    application->takeStretches();
    waitMs(options.seconds * 1000);
    thread.quit();
    thread.wait();
    std::vector<double> stretches = application->takeStretches();
    std::ranges::sort(stretches);
    const auto at = [&stretches](double part) {
        return stretches[static_cast<std::size_t>(part *
                                                  static_cast<double>(stretches.size() - 1))];
    };
    std::printf(
        "%-10s %d requests/s: busy stretch p50 %.2f ms, p99 %.2f ms, longest %.2f ms "
        "(%zu stretches)\n",
        dock, options.rate, at(0.5), at(0.99), at(1), stretches.size());
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App arguments("Benchmark of the window");
    arguments.add_option("--items", options.items)->capture_default_str();
    arguments.add_option("--seconds", options.seconds)->capture_default_str();
    arguments.add_option("--rate", options.rate)->capture_default_str();
    CLI11_PARSE(arguments, argc, argv);
    qputenv("QT_QPA_PLATFORM", "offscreen");
    BusyApplication application(argc, argv);
    QStandardPaths::setTestModeEnabled(true);
    QApplication::setOrganizationName(QStringLiteral("orrery-bench"));
    engine::EngineOptions engineOptions;
    engineOptions.port.reset();
    auto backend = app::EmbeddedBackend::open(engineOptions);
    if (!backend) {
        std::fprintf(stderr, "%s\n", backend.error().c_str());
        return 1;
    }
    QElapsedTimer clock;
    clock.start();
    load((*backend)->engine(), options.items);
    std::printf("%lld items loaded in %.1f s\n", static_cast<long long>(options.items),
                static_cast<double>(clock.elapsed()) / 1000);
    widgets::applyTheme(widgets::Theme::Light, false);
    app::MainWindow window(backend->get(), false);
    window.resize(1280, 800);
    window.show();
    waitMs(500);
    measureOpening(window);
    measurePaging(window);
    for (const char* dock : {"requests", "lag", "partitions"})
        measureFrames(window, (*backend)->engine(), options, dock);
    return 0;
}
