// Measures how fast a large table opens, whether paging keeps memory flat, and how long frames take
// while requests are served.
//
// Method: the whole window and the real engine in memory in one process, without a screen; a thread
// sends requests over HTTP. On two cores the window, the engine and the client share them, so the
// window's waits for a core count too.

#include <CLI/CLI.hpp>
#include <QElapsedTimer>
#include <QFile>
#include <QMouseEvent>
#include <QStandardPaths>
#include <QTreeView>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

#include "app/embedded_backend.h"
#include "app/main_window.h"
#include "tests/bench/load/client.h"
#include "tests/bench/load/requests.h"
#include "tests/bench/window/measured_application.h"
#include "widgets/base/theme.h"
#include "widgets/tables/explorer.h"
#include "widgets/tables/table_page.h"

namespace {

using namespace orrery;
using bench::MeasuredApplication;
using load::Requests;

struct Options {
    std::uint64_t items = 1'000'000;
    int seconds = 10;
    std::uint64_t rate = 1'000;
};

constexpr std::size_t kItemBytes = 120;

/// Handles events until `done` is true.
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

/// Resident anonymous memory of this process, in MB.
double anonymousMb() {
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly)) return 0;
    for (const QByteArray& line : status.readAll().split('\n'))
        if (line.startsWith("RssAnon:"))
            return line.mid(8).trimmed().split(' ')[0].toDouble() / 1024;
    return 0;
}

std::uint16_t portOf(const engine::Engine& engine) {
    const std::string& endpoint = engine.endpoint();
    return static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
}

void fill(const engine::Engine& engine, std::uint64_t items) {
    constexpr std::uint64_t kChunk = 50'000;
    const Requests requests("Million", kItemBytes);
    load::Client client("127.0.0.1", portOf(engine), 8);
    client.runOnce({requests.createTable()});
    for (std::uint64_t begin = 0; begin < items; begin += kChunk) {
        const auto figures = client.runOnce(requests.fill(begin, std::min(begin + kChunk, items)));
        if (figures.errors > 0) std::fprintf(stderr, "%s\n", figures.firstError.c_str());
    }
}

/// Sends `rate` requests a second over HTTP until it is stopped: half of them eventual reads, a
/// quarter strong reads, a quarter writes.
class Traffic {
public:
    Traffic(const engine::Engine& engine, const Options& options)
        : m_client("127.0.0.1", portOf(engine), 16), m_rate(options.rate) {
        const Requests requests("Million", kItemBytes);
        const auto reads = requests.of(Requests::Kind::Get, options.items, 4'000);
        const auto strong = requests.of(Requests::Kind::GetStrong, options.items, 2'000);
        const auto writes = requests.of(Requests::Kind::Put, options.items, 2'000);
        for (std::size_t i = 0; i < strong.size(); ++i)
            m_requests.insert(m_requests.end(),
                              {reads[2 * i], strong[i], reads[2 * i + 1], writes[i]});
        m_thread = std::thread([this] { run(); });
    }
    ~Traffic() {
        {
            const std::lock_guard lock(m_mutex);
            m_stop = true;
        }
        m_stopped.notify_one();
        m_thread.join();
    }
    Traffic(const Traffic&) = delete;
    Traffic& operator=(const Traffic&) = delete;

    std::uint64_t sent() const { return m_sent; }
    std::uint64_t errors() const { return m_errors; }

private:
    void run() {
        constexpr std::chrono::milliseconds kTick(5);
        const auto begin = std::chrono::steady_clock::now();
        for (std::int64_t tick = 1;; ++tick) {
            std::vector<std::string> now;
            const auto due = m_rate * static_cast<std::uint64_t>(tick * kTick.count()) / 1000;
            while (m_next < due)
                now.push_back(m_requests[m_next++ % m_requests.size()]);
            m_errors += m_client.runOnce(now).errors;
            m_sent = m_next;
            std::unique_lock lock(m_mutex);
            if (m_stopped.wait_until(lock, begin + tick * kTick, [this] { return m_stop; })) return;
        }
    }

    load::Client m_client;
    const std::uint64_t m_rate;
    std::vector<std::string> m_requests;
    std::uint64_t m_next = 0;
    std::atomic<std::uint64_t> m_sent = 0;
    std::atomic<std::uint64_t> m_errors = 0;
    std::mutex m_mutex;
    std::condition_variable m_stopped;
    bool m_stop = false;
    std::thread m_thread;
};

/// Double-clicks the table in the explorer.
void doubleClickTable(app::MainWindow& window) {
    auto* tree = window.findChild<widgets::Explorer*>()->findChild<QTreeView*>();
    const QModelIndexList found =
        tree->model()->match(tree->model()->index(0, 0), Qt::DisplayRole, QStringLiteral("Million"),
                             1, Qt::MatchExactly | Qt::MatchRecursive);
    const QPointF at = tree->visualRect(found.constFirst()).center();
    const QPointF global = tree->viewport()->mapToGlobal(at);
    for (const auto type : {QEvent::MouseButtonPress, QEvent::MouseButtonRelease,
                            QEvent::MouseButtonDblClick, QEvent::MouseButtonRelease}) {
        const bool up = type == QEvent::MouseButtonRelease;
        QMouseEvent event(type, at, global, Qt::LeftButton, up ? Qt::NoButton : Qt::LeftButton,
                          Qt::NoModifier);
        QCoreApplication::sendEvent(tree->viewport(), &event);
    }
}

void measureOpening(app::MainWindow& window) {
    bench::Times times;
    for (int i = 0; i < 5; ++i) {
        QElapsedTimer clock;
        clock.start();
        doubleClickTable(window);
        auto* page = window.currentTable();
        waitFor([page] { return page->model()->rowCount() > 0; });
        page->repaint();
        times.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
        if (i == 4) break;
        emit window.findChild<QTabWidget*>()->tabCloseRequested(
            window.findChild<QTabWidget*>()->indexOf(page));
        waitMs(100);
    }
    std::printf("opens, from the double click to rows drawn: first %.1f ms; %s\n", times[0],
                qPrintable(bench::figures(times)));
}

void measurePaging(app::MainWindow& window) {
    constexpr int kJumps = 200;
    constexpr int kPages = 2'000;
    auto* page = window.currentTable();
    auto* bar = page->grid()->table()->verticalScrollBar();
    const double before = anonymousMb();
    bench::Times jumps;
    for (int i = 0; i < kJumps; ++i) {
        QElapsedTimer clock;
        clock.start();
        page->grid()->jumpTo((i * 37 % kJumps) / static_cast<double>(kJumps));
        waitFor([page] { return !page->model()->isLoading(); });
        page->repaint();
        jumps.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
    }
    std::printf("a jump in the key space, drawn: %s\n", qPrintable(bench::figures(jumps)));
    std::size_t rowsMost = 0;
    const double jumped = anonymousMb();
    for (int i = 0; i < kPages; ++i) {
        bar->setValue(bar->value() + 20 * page->grid()->table()->rowHeight());
        QCoreApplication::processEvents();
        rowsMost = std::max(rowsMost, static_cast<std::size_t>(page->model()->rowCount()));
    }
    std::printf(
        "memory: %.1f MB before, %.1f MB after %d jumps, %.1f MB after %d pages of 20 rows; "
        "at most %zu rows held\n",
        before, jumped, kJumps, anonymousMb(), kPages, rowsMost);
}

void measureFrames(app::MainWindow& window, const engine::Engine& engine, const Options& options,
                   const char* dock) {
    window.dock(QString::fromLatin1(dock))->raise();
    const Traffic traffic(engine, options);
    waitMs(1'000);  // A raised dock lays itself out once.
    auto* application = static_cast<MeasuredApplication*>(qApp);
    application->take();
    if (window.dock(QString::fromLatin1(dock))->widget()->visibleRegion().isEmpty())
        std::fprintf(stderr, "%s cannot be seen\n", dock);
    const std::uint64_t before = traffic.sent();
    QElapsedTimer clock;
    clock.start();
    waitMs(options.seconds * 1000);
    const double rate =
        static_cast<double>(traffic.sent() - before) * 1000 / static_cast<double>(clock.elapsed());
    const MeasuredApplication::Measured measured = application->take();
    std::printf("%s in front, %.0f requests/s over HTTP, %llu failed\n", dock, rate,
                static_cast<unsigned long long>(traffic.errors()));
    std::printf("  frame:         %s\n", qPrintable(bench::figures(measured.frames)));
    std::printf("  busy stretch:  %s\n", qPrintable(bench::figures(measured.stretches)));
    std::printf("  loop latency:  %s\n", qPrintable(bench::figures(measured.latencies)));
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App arguments("Benchmark of the window");
    arguments.add_option("--items", options.items)->capture_default_str();
    arguments.add_option("--seconds", options.seconds)->capture_default_str();
    arguments.add_option("--rate", options.rate)->capture_default_str();
    CLI11_PARSE(arguments, argc, argv);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    qputenv("QT_QPA_PLATFORM", "offscreen");
    MeasuredApplication application(argc, argv);
    QStandardPaths::setTestModeEnabled(true);
    QApplication::setOrganizationName(QStringLiteral("orrery-bench"));
    engine::EngineOptions engineOptions;
    engineOptions.port = 0;
    auto backend = app::EmbeddedBackend::open(engineOptions);
    if (!backend) {
        std::fprintf(stderr, "%s\n", backend.error().c_str());
        return 1;
    }
    const engine::Engine& engine = (*backend)->engine();
    QElapsedTimer clock;
    clock.start();
    fill(engine, options.items);
    std::printf("%llu items of %zu bytes loaded in %.1f s\n",
                static_cast<unsigned long long>(options.items), kItemBytes,
                static_cast<double>(clock.elapsed()) / 1000);
    // Filled without delays, then viewed as a person would: with delays between zones.
    (*backend)->engine().control("PUT", "/profile", R"({"profile":"service-like"})",
                                 [](const engine::Engine::Answer& answer) {
                                     if (answer.status != 200)
                                         std::fprintf(stderr, "%s\n", answer.body.c_str());
                                 });
    widgets::applyTheme(widgets::Theme::Light, false);
    app::MainWindow window(backend->get(), false);
    window.resize(1280, 800);
    window.show();
    waitMs(500);
    measureOpening(window);
    measurePaging(window);
    for (const char* dock : {"requests", "lag", "partitions"})
        measureFrames(window, engine, options, dock);
    return 0;
}
