// orreryd: the engine without a window, a drop-in for DynamoDB Local in tests and CI.

#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "app/ctl.h"
#include "app/local_flags.h"
#include "core/base/version.h"
#include "core/engine/demo.h"
#include "core/engine/engine.h"

namespace orrery::app {
namespace {

// Nobody watches the trace all the time, and it is most of an idle engine's memory.
constexpr std::size_t kTraceEvents = 10'000;

struct Settings {
    engine::EngineOptions engine;
    std::string data;
    bool memory = false;
    std::string durability = "durable";
    std::string profile;  ///< Empty: not asked for.
    std::string credentials;
    std::string namespaces = "shared";
    std::uint16_t port = 8000;
    bool demo = false;
    std::string logLevel = "info";
};

/// Where both programs keep their data: the platform's folder for such things (XDG base directory
/// specification).
std::filesystem::path defaultFolder() {
    const char* data = std::getenv("XDG_DATA_HOME");
    if (data != nullptr && *data == '/') return std::filesystem::path(data) / "orrery";
    const char* home = std::getenv("HOME");
    if (home != nullptr && *home == '/')
        return std::filesystem::path(home) / ".local" / "share" / "orrery";
    return std::filesystem::current_path() / "orrery-data";
}

void addOptions(CLI::App& app, Settings& settings) {
    app.set_version_flag("--version", std::string(kVersion));
    app.footer("orreryd ctl … asks or breaks a running one; \"orreryd ctl\" tells how.");
    app.add_option("--host", settings.engine.host, "Address to listen on")->capture_default_str();
    app.add_option("--port", settings.port, "Port to listen on; 0 takes a free one")
        ->capture_default_str();
    auto* data = app.add_option("--data", settings.data, "Data folder");
    app.add_flag("--memory", settings.memory, "Keep everything in memory")->excludes(data);
    app.add_option("--durability", settings.durability,
                   "durable: an answer waits for the disk; relaxed: it does not")
        ->check(CLI::IsMember({"durable", "relaxed"}))
        ->capture_default_str();
    app.add_option("--profile", settings.profile,
                   "drop-in: the service on a perfect day; service-like: with its delays. Kept in "
                   "the data folder; without it the last one chosen there, else drop-in");
    app.add_option("--seed", settings.engine.seed, "Where all randomness comes from")
        ->capture_default_str();
    app.add_option("--credentials", settings.credentials)->group("");  // Not there yet.
    app.add_option("--namespace", settings.namespaces,
                   "shared: one account for all access keys; per-key: one for each")
        ->check(CLI::IsMember({"shared", "per-key"}))
        ->capture_default_str();
    app.add_flag("--demo", settings.demo, "Load the sample tables");
    app.add_option("--log-level", settings.logLevel, "What is told on standard error")
        ->check(CLI::IsMember({"off", "error", "warn", "info", "debug"}))
        ->capture_default_str();
}

int fail(const std::string& sentence) {
    std::fprintf(stderr, "orreryd: %s\n", sentence.c_str());
    return 1;
}

/// What the options say, as the engine wants it; or one sentence.
std::string complete(Settings& settings) {
    if (!settings.credentials.empty())
        return "Checking signatures (--credentials) is not there yet.";
    if (!settings.profile.empty()) {
        const cluster::Profile* profile = cluster::Profile::find(settings.profile);
        if (profile == nullptr)
            return "The profile " + settings.profile +
                   " is not there yet; there are drop-in and service-like.";
        settings.engine.profile = *profile;
        settings.engine.profileIsChosen = true;
    }
    settings.engine.port = settings.port;
    settings.engine.traceEvents = kTraceEvents;
    if (!settings.memory) {
        settings.engine.dataFolder =
            settings.data.empty() ? defaultFolder() : std::filesystem::path(settings.data);
    }
    if (settings.durability == "relaxed") settings.engine.durability = storage::Durability::Relaxed;
    if (settings.namespaces == "per-key") settings.engine.namespaces = auth::Namespaces::PerKey;
    return {};
}

void tellAbout(const Settings& settings) {
    if (settings.logLevel != "info" && settings.logLevel != "debug") return;
    if (settings.memory) {
        std::fprintf(stderr, "orreryd: everything is kept in memory and ends with this program\n");
    } else if (settings.durability == "relaxed") {
        std::fprintf(stderr,
                     "orreryd: data in %s; an answer does not wait for the disk, so a crash may "
                     "lose the last moments\n",
                     settings.engine.dataFolder.c_str());
    } else {
        std::fprintf(stderr, "orreryd: data in %s\n", settings.engine.dataFolder.c_str());
    }
}

/// What the data folder remembers and nobody has asked for this time.
void tellWhatWasLeft(const Settings& settings, engine::Engine& engine) {
    if (settings.logLevel != "info" && settings.logLevel != "debug") return;
    for (const std::string& note : engine.notes())
        std::fprintf(stderr, "orreryd: %s\n", note.c_str());
    const observe::SnapshotPtr snapshot = engine.snapshot();
    if (settings.profile.empty() && snapshot->profile != settings.engine.profile.name)
        std::fprintf(stderr, "orreryd: the profile is %s, as it was left\n",
                     snapshot->profile.c_str());
    if (snapshot->clock.state == observe::ClockState::Paused) {
        std::fprintf(stderr,
                     "orreryd: the clock was left paused, so requests wait; \"orreryd ctl clock "
                     "resume\" lets it go on\n");
    } else if (snapshot->clock.speed != 1) {
        std::fprintf(stderr,
                     "orreryd: the clock runs at %g times the speed of time, as it was left\n",
                     snapshot->clock.speed);
    }
}

int run(const LocalFlags& flags) {
    Settings settings;
    CLI::App app("A local Amazon DynamoDB that a person can look inside", "orreryd");
    addOptions(app, settings);
    std::vector<std::string> arguments(flags.arguments.rbegin(), flags.arguments.rend());
    try {
        app.parse(arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    if (const std::string problem = complete(settings); !problem.empty()) return fail(problem);
    if (flags.wantsBanner) {
        std::fputs(localBanner(flags, settings.port, std::string(kVersion)).c_str(), stdout);
        std::fflush(stdout);
    }
    auto engine = engine::Engine::open(settings.engine);
    if (!engine) return fail(engine.error());
    (*engine)->stopOnSignals();
    tellAbout(settings);
    tellWhatWasLeft(settings, **engine);
    std::printf("listening on %s\n", (*engine)->endpoint().c_str());
    std::fflush(stdout);
    std::unique_ptr<engine::DemoLoader> demo;
    if (settings.demo) demo = std::make_unique<engine::DemoLoader>(**engine);
    (*engine)->run();
    return 0;
}

}  // namespace
}  // namespace orrery::app

int main(int argc, char** argv) {
    // One arena for the loop's thread and one for the workers: small, and nothing to wait for.
    mallopt(M_ARENA_MAX, 2);
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && arguments[0] == "ctl")
        return orrery::app::runCtl({arguments.begin() + 1, arguments.end()});
    return orrery::app::run(orrery::app::translateLocalFlags(arguments));
}
