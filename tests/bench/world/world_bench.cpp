// Measures how long the engine's thread is busy at a time in a world of many tables: at rest, while
// somebody watches, while a zone fails and heals, and when thousands of calls arrive at once. A
// frame is one round of the thread: a turn, and a snapshot if 16 ms have passed since the last.
//
//   world_bench [tables=10000] [data folder; in memory without one]
//
// Exits with 1 if a frame takes more than 2 ms of processor time while a zone fails or heals.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "core/control/control.h"
#include "core/engine/live_driver.h"
#include "core/engine/loop.h"
#include "tests/cluster/request_call.h"
#include "tests/cluster/world_inputs.h"

using namespace orrery;
using namespace std::chrono_literals;

namespace {

constexpr Duration kFrame = 16ms;
constexpr Duration kFrameMax = 2ms;
/// As the engine bounds what an answer in pieces takes of a frame.
constexpr Duration kPiecesMax = 500us;

Duration cpuTime() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

double milliseconds(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

std::string nameOf(int table) {
    return "table-" + std::to_string(table);
}

ApiResult<cluster::Request> createTable(int table) {
    cluster::CreateTable create;
    create.table.name = nameOf(table);
    create.table.keys.partition = {"pk", types::AttributeType::String};
    create.table.billing = cluster::BillingMode::PayPerRequest;
    return cluster::Request(std::move(create));
}

ApiResult<cluster::Request> put(const cluster::Catalog& catalog, const cluster::Caller& caller,
                                int table) {
    cluster::WriteItem write;
    write.table = catalog.find(caller, nameOf(table));
    write.key = {types::AttributeValue::string("one"), std::nullopt};
    types::Item item;
    item.set("pk", types::AttributeValue::string("one"));
    write.action = cluster::PutAction{std::move(item)};
    return cluster::Request(std::move(write));
}

ApiResult<cluster::Request> deleteTable(const cluster::Catalog& catalog,
                                        const cluster::Caller& caller, int table) {
    return cluster::Request(cluster::DeleteTable{catalog.find(caller, nameOf(table))});
}

/// Nobody asks it for what the bench measures.
class Host : public control::Host {
public:
    Facts facts() const override { return {}; }
    Duration wall() const override { return engine::Loop::now(); }
    bool stepOneEvent() override { return false; }
};

class Bench {
public:
    Bench(int tables, std::string folder) : m_tables(tables) {
        engine::DriverOptions options;
        options.dataFolder = std::move(folder);
        options.durability = storage::Durability::Relaxed;
        auto opened =
            engine::LiveDriver::open(options, engine::Loop::now(), engine::Loop::calendar(), [] {});
        if (!opened) {
            std::fprintf(stderr, "%s\n", opened.error().c_str());
            std::exit(1);
        }
        m_driver = *std::move(opened);
    }

    /// False if a zone that fails or heals costs the engine's thread more than a frame at once.
    bool run() {
        begin();
        callEach("CreateTable", [](const auto&, const auto&, int i) { return createTable(i); });
        callEach("PutItem", put);
        live(12s);  // Until all leases have lapsed.
        std::printf("%-34s%10s%10s%10s%10s%8s\n", "", "busy %", "max ms", "p99 ms", "wall max",
                    "> 2 ms");
        begin();
        live(5s);
        report("at rest");
        m_looksOn = true;
        begin();
        live(5s);
        report("at rest, somebody looks on");
        begin();
        input([&] {
            static_cast<void>(test::failZone(m_driver->world(), "us-east-1b", std::nullopt));
        });
        live(8s);
        expectFrames(report("a zone fails"));
        begin();
        callEach("PutItem", put);
        report("a put to each table meanwhile");
        begin();
        live(3s);
        expectFrames(report("the outage goes on"));
        begin();
        input([&] { test::healAll(m_driver->world()); });
        live(12s);
        expectFrames(report("it heals"));
        begin();
        callEach("PutItem", put);
        report("a put to each table at once");
        live(3s);
        for (const char* target : {"/snapshot", "/metrics"}) {
            begin();
            tell(target);
            report((std::string("GET ") + target).c_str());
        }
        begin();
        callEach("DeleteTable", deleteTable);
        report("all tables are deleted");
        begin();
        live(5s);
        report("their space is reclaimed");
        return m_held;
    }

private:
    template <typename Make>
    void callEach(const std::string& name, Make make) {
        for (int i = 0; i < m_tables; ++i) {
            auto call = std::make_unique<test::RequestCall>(
                name, [=](const cluster::Catalog& catalog, const cluster::Caller& caller) {
                    return make(catalog, caller, i);
                });
            m_driver->submit(cluster::CallId(++m_calls), std::move(call),
                             {"000000000000", "key", "us-east-1", ZoneIndex(i % 2 == 0 ? 0 : 2)});
        }
        const Duration until = engine::Loop::now() + 60s;
        while (m_driver->openCalls() > 0 && engine::Loop::now() < until)
            frame();
    }

    /// As the engine answers what tells of all tables: some of them in each frame.
    void tell(const char* target) {
        control::Response response;
        input([&] {
            response =
                control::handle(m_driver->world(), m_driver->clock(), m_host, "GET", target, {});
        });
        while (response.later) {
            frame();
            input([&] {
                if (auto shown = response.later(m_driver->world())) response = *std::move(shown);
            });
        }
        for (bool more = response.pieces != nullptr; more;) {
            frame();
            input([&] {
                std::string piece;
                const Duration end = engine::Loop::now() + kPiecesMax;
                do {
                    more = response.pieces(piece);
                } while (more && engine::Loop::now() < end);
            });
        }
    }

    void live(Duration lasts) {
        const Duration until = engine::Loop::now() + lasts;
        while (engine::Loop::now() < until) {
            frame();
            const Duration wall = engine::Loop::now();
            Duration due = std::min(m_driver->dueAt(wall).value_or(until), until);
            if (m_looksOn) due = std::min(due, m_shownAt + kFrame);
            if (due <= wall) continue;
            const timespec pause{0, std::min<long>((due - wall).count(), 999'999'999)};
            ::nanosleep(&pause, nullptr);
        }
    }

    void frame() {
        input([&] {
            const Duration wall = engine::Loop::now();
            m_driver->turn(wall, engine::Loop::calendar());
            m_driver->takeReleased(m_answers);
            if (!m_looksOn || wall - m_shownAt < kFrame) return;
            m_shownAt = wall;
            m_snapshot = m_driver->showWorld();
        });
    }

    template <typename Work>
    void input(Work work) {
        const Duration wall = engine::Loop::now();
        const Duration cpu = cpuTime();
        work();
        m_cpu.push_back(cpuTime() - cpu);
        m_wallMax = std::max(m_wallMax, engine::Loop::now() - wall);
    }

    void begin() {
        m_cpu.clear();
        m_wallMax = {};
        m_begun = engine::Loop::now();
        m_cpuBegun = cpuTime();
    }

    /// Returns the longest frame.
    Duration report(const char* what) {
        const Duration lasted = engine::Loop::now() - m_begun;
        const double busy = 100.0 * milliseconds(cpuTime() - m_cpuBegun) / milliseconds(lasted);
        std::ranges::sort(m_cpu);
        const auto late = std::ranges::count_if(m_cpu, [](Duration d) { return d > kFrameMax; });
        std::printf("%-34s%10.2f%10.2f%10.2f%10.2f%8ld\n", what, busy, milliseconds(m_cpu.back()),
                    milliseconds(m_cpu[m_cpu.size() * 99 / 100]), milliseconds(m_wallMax),
                    static_cast<long>(late));
        std::fflush(stdout);
        return m_cpu.back();
    }

    void expectFrames(Duration longest) {
        if (longest <= kFrameMax) return;
        m_held = false;
        std::printf("NOT HELD: no frame over %.0f ms\n", milliseconds(kFrameMax));
    }

    const int m_tables;
    Host m_host;
    std::unique_ptr<engine::LiveDriver> m_driver;
    std::vector<cluster::Answered> m_answers;
    std::shared_ptr<const observe::Snapshot> m_snapshot;
    std::uint64_t m_calls = 0;
    bool m_looksOn = false;
    Duration m_shownAt{};
    std::vector<Duration> m_cpu;
    Duration m_wallMax{};
    Duration m_begun{};
    Duration m_cpuBegun{};
    bool m_held = true;
};

}  // namespace

int main(int argc, char** argv) {
    const int tables = argc > 1 ? std::atoi(argv[1]) : 10'000;
    return Bench(tables, argc > 2 ? argv[2] : "").run() ? 0 : 1;
}
