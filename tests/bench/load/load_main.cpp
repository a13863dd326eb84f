// A load generator for any endpoint, so that a peer can be measured beside us in the same run:
//   load --port 8000 --pid $(pidof orreryd)
//   load --port 8000 --pid … --growth      (1 thousand, 100 thousand, 1 million items)

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "tests/bench/load/client.h"
#include "tests/bench/load/requests.h"

namespace orrery::load {
namespace {

constexpr std::size_t kRendered = 10'000;
constexpr std::size_t kBatchesRendered = 400;

struct Settings {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8000;
    int connections = 32;
    double seconds = 5;
    std::uint64_t items = 10'000;
    Shape shape;
    std::vector<std::string> replicas;
    double rate = 0;
    int pid = 0;
    bool growth = false;
    std::vector<std::string> only;
};

/// The kernel's figures of a process, for the memory and the processor time of the server.
struct Process {
    double anonymousMegabytes = 0;
    double processorSeconds = 0;
};

Process lookAt(int pid) {
    Process process;
    if (pid == 0) return process;
    const std::string folder = "/proc/" + std::to_string(pid);
    std::ifstream status(folder + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("RssAnon:"))
            process.anonymousMegabytes = std::strtod(line.c_str() + 8, nullptr) / 1024;
    }
    std::ifstream stat(folder + "/stat");
    std::string text;
    std::getline(stat, text);
    // Fields 14 and 15, counted after the name, which may contain blanks.
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field)
        fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    process.processorSeconds = (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
    return process;
}

struct Workload {
    const char* name;
    Requests::Kind kind;
    std::size_t rendered;
};

constexpr Workload kWorkloads[] = {
    {"get", Requests::Kind::Get, kRendered},
    {"get-strong", Requests::Kind::GetStrong, kRendered},
    {"put", Requests::Kind::Put, kRendered},
    {"update", Requests::Kind::Update, kRendered},
    {"delete", Requests::Kind::Delete, kRendered},
    {"query", Requests::Kind::Query, kRendered},
    {"scan", Requests::Kind::Scan, 1},
    {"batch-get", Requests::Kind::BatchGet, kBatchesRendered},
    {"batch", Requests::Kind::BatchWrite, kBatchesRendered},
    {"transact-write", Requests::Kind::TransactWrite, kBatchesRendered},
    {"transact-get", Requests::Kind::TransactGet, kRendered},
    {"statement", Requests::Kind::Statement, kRendered},
};
constexpr const char* kRecordsName = "records";

void measure(Client& client, const std::vector<std::string>& rendered, const char* name,
             std::uint64_t items, const Settings& settings) {
    const Process before = lookAt(settings.pid);
    const Figures figures = client.runFor(
        rendered, std::chrono::milliseconds(static_cast<long>(settings.seconds * 1000)),
        settings.rate);
    const Process after = lookAt(settings.pid);
    const double perRequest = (after.processorSeconds - before.processorSeconds) * 1e6 /
                              static_cast<double>(std::max<std::uint64_t>(figures.requests, 1));
    std::printf("%9llu  %-14s %10.0f /s   p50 %7.2f ms   p99 %7.2f ms   %6.1f us CPU   %6.1f MB",
                static_cast<unsigned long long>(items), name, figures.perSecond(), figures.p50,
                figures.p99, perRequest, after.anonymousMegabytes);
    if (figures.errors > 0) {
        std::printf("   %llu errors, first: %.300s",
                    static_cast<unsigned long long>(figures.errors), figures.firstError.c_str());
    }
    std::printf("\n");
    std::fflush(stdout);
}

void fill(Client& client, const Requests& requests, std::uint64_t begin, std::uint64_t end) {
    // In parts, so that a million items are not in memory as text at once.
    constexpr std::uint64_t kAtOnce = 50'000;
    double seconds = 0;
    std::uint64_t errors = 0;
    for (std::uint64_t at = begin; at < end; at += kAtOnce) {
        const Figures figures = client.runOnce(requests.fill(at, std::min(at + kAtOnce, end)));
        seconds += figures.seconds;
        errors += figures.errors;
    }
    std::printf("%9llu  filled in %.1f s", static_cast<unsigned long long>(end), seconds);
    if (errors > 0) std::printf(", %llu errors", static_cast<unsigned long long>(errors));
    std::printf("\n");
    std::fflush(stdout);
}

/// The values of a member of a JSON text, which need no unescaping.
std::vector<std::string> textsOf(const std::string& json, const std::string& member) {
    std::vector<std::string> texts;
    const std::string quoted = '"' + member + '"';
    for (std::size_t at = 0; (at = json.find(quoted, at)) != std::string::npos;) {
        const std::size_t begin = json.find('"', at + quoted.size()) + 1;
        at = json.find('"', begin);
        texts.push_back(json.substr(begin, at - begin));
    }
    return texts;
}

/// Reads the first records of each shard of a stream, again and again.
void measureRecords(Client& client, const Settings& settings) {
    constexpr std::uint64_t kItems = 2'000;
    Shape shape = settings.shape;
    if (shape.stream.empty()) shape.stream = "NEW_AND_OLD_IMAGES";
    const Requests requests("Stream" + std::to_string(getpid()), shape);
    const auto arns = textsOf(client.runOnce({requests.createTable()}).answer, "LatestStreamArn");
    if (arns.empty()) {
        std::printf("%9s  %-14s no stream\n", "", kRecordsName);
        return;
    }
    client.runOnce(requests.fill(0, kItems));
    std::vector<std::string> rendered;
    const Figures described = client.runOnce({requests.describeStream(arns.front())});
    for (const std::string& shard : textsOf(described.answer, "ShardId")) {
        const Figures asked = client.runOnce({requests.shardIterator(arns.front(), shard)});
        for (const std::string& iterator : textsOf(asked.answer, "ShardIterator"))
            rendered.push_back(requests.records(iterator));
    }
    if (rendered.empty()) {
        std::printf("%9s  %-14s no shard: %.300s\n", "", kRecordsName, described.answer.c_str());
        return;
    }
    measure(client, rendered, kRecordsName, kItems, settings);
}

/// Until the table and all its replicas take part: not at once in every profile.
void awaitActive(Client& client, const Requests& requests) {
    const auto isActive = [&] {
        const std::string answer = client.runOnce({requests.describeTable()}).answer;
        return answer.find("CREATING") == std::string::npos &&
               answer.find("UPDATING") == std::string::npos;
    };
    while (!isActive()) {
        // Each question takes its time.
    }
}

/// False if a replica was refused.
bool addReplicas(Client& client, const Requests& requests, const Settings& settings) {
    for (const std::string& region : settings.replicas) {
        const Figures added = client.runOnce({requests.addReplica(region)});
        if (added.errors > 0) {
            std::fprintf(stderr, "load: no replica: %s\n", added.firstError.c_str());
            return false;
        }
        awaitActive(client, requests);
    }
    return true;
}

int run(const Settings& settings) {
    Client client(settings.host, settings.port, settings.connections);
    const Requests requests("Load" + std::to_string(getpid()), settings.shape);
    const auto isChosen = [&](const char* name) {
        return settings.only.empty() ||
               std::ranges::find(settings.only, name) != settings.only.end();
    };
    const Figures created = client.runOnce({requests.createTable()});
    if (created.errors > 0) {
        std::fprintf(stderr, "load: no table: %s\n", created.firstError.c_str());
        return 1;
    }
    awaitActive(client, requests);
    if (!addReplicas(client, requests, settings)) return 1;
    std::vector<std::uint64_t> sizes{settings.items};
    if (settings.growth) sizes = {1'000, 100'000, 1'000'000};
    std::uint64_t filled = 0;
    for (const std::uint64_t size : sizes) {
        fill(client, requests, filled, size);
        filled = size;
        for (const Workload& workload : kWorkloads) {
            if (!isChosen(workload.name)) continue;
            measure(client, requests.of(workload.kind, size, workload.rendered), workload.name,
                    size, settings);
        }
    }
    if (isChosen(kRecordsName)) measureRecords(client, settings);
    return 0;
}

}  // namespace
}  // namespace orrery::load

int main(int argc, char** argv) {
    orrery::load::Settings settings;
    CLI::App app("Load for an endpoint of the DynamoDB protocol");
    app.add_option("--host", settings.host)->capture_default_str();
    app.add_option("--port", settings.port)->capture_default_str();
    app.add_option("--connections", settings.connections)->capture_default_str();
    app.add_option("--seconds", settings.seconds, "For each workload")->capture_default_str();
    app.add_option("--items", settings.items)->capture_default_str();
    app.add_option("--item-bytes", settings.shape.itemBytes)->capture_default_str();
    app.add_option("--key-prefix-bytes", settings.shape.keyPrefixBytes,
                   "All partition keys begin with so many equal bytes")
        ->capture_default_str();
    app.add_option("--stream", settings.shape.stream, "The view of the table's stream");
    app.add_option("--replica", settings.replicas,
                   "Regions that get a replica of the table, which needs NEW_AND_OLD_IMAGES");
    app.add_option("--rate", settings.rate,
                   "Requests per second; latencies then count from when a request was due");
    app.add_option("--pid", settings.pid, "Whose memory and processor time to tell");
    app.add_flag("--growth", settings.growth, "1 thousand, 100 thousand, 1 million items");
    app.add_option("--only", settings.only, "The workloads' names, as the output has them");
    CLI11_PARSE(app, argc, argv);
    return orrery::load::run(settings);
}
