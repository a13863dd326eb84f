// orreryd: the engine without a window, a drop-in for DynamoDB Local in tests and CI.

#include <malloc.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/ctl.h"
#include "app/folder_commands.h"
#include "app/local_flags.h"
#include "app/process.h"
#include "app/program_flags.h"
#include "core/base/version.h"
#include "core/engine/demo.h"
#include "core/engine/engine.h"
#include "core/engine/stream_hook.h"
#include "core/observe/fault_spec.h"

namespace orrery::app {
namespace {

// The trace is most of an idle engine's memory, and rarely followed.
constexpr std::size_t kTraceEvents = 10'000;

int fail(const std::string& sentence) {
    std::fprintf(stderr, "orreryd: %s\n", sentence.c_str());
    return 1;
}

void printStorageMode(const Settings& settings, const engine::EngineOptions& options) {
    if (settings.logLevel != "info" && settings.logLevel != "debug") return;
    if (settings.memory) {
        std::fprintf(stderr,
                     "orreryd: data is kept in memory only and is lost when this program ends\n");
    } else if (settings.durability == "relaxed") {
        std::fprintf(stderr,
                     "orreryd: data in %s; an answer does not wait for the disk, so a crash may "
                     "lose the last moments\n",
                     options.dataFolder.c_str());
    } else {
        std::fprintf(stderr, "orreryd: data in %s\n", options.dataFolder.c_str());
    }
}

/// Prints what was saved in the data folder and was not given on the command line: the profile, a
/// paused or slowed clock, and the active faults, each with how to end it.
void printSavedSettings(const Settings& settings, const engine::EngineOptions& options,
                        engine::Engine& engine) {
    if (settings.logLevel != "info" && settings.logLevel != "debug") return;
    for (const std::string& note : engine.notes())
        std::fprintf(stderr, "orreryd: %s\n", note.c_str());
    const observe::SnapshotPtr snapshot = engine.snapshot();
    if (settings.profile.empty() && snapshot->profile != options.profile.name)
        std::fprintf(stderr, "orreryd: using profile %s, saved in the data folder\n",
                     snapshot->profile.c_str());
    if (snapshot->clock.state == observe::ClockState::Paused) {
        std::fprintf(stderr,
                     "orreryd: the saved clock setting is paused, so requests wait; run \"orreryd "
                     "ctl clock resume\" to continue\n");
    } else if (snapshot->clock.speed != 1) {
        std::fprintf(stderr,
                     "orreryd: the saved clock setting is %g times normal speed; run \"orreryd "
                     "ctl clock speed 1\" for normal speed\n",
                     snapshot->clock.speed);
    }
    for (const observe::FaultView& fault : snapshot->faults) {
        const observe::FaultSpec* spec = observe::findFaultSpec(fault.kind);
        if (!fault.active || spec == nullptr) continue;
        std::fprintf(stderr,
                     "orreryd: fault %llu is still active: %s; run \"orreryd ctl heal %llu\" to "
                     "heal it\n",
                     static_cast<unsigned long long>(fault.id),
                     observe::faultText(spec->shown, fault.target).c_str(),
                     static_cast<unsigned long long>(fault.id));
    }
}

std::vector<std::unique_ptr<engine::StreamHook>> startHooks(const Settings& settings,
                                                            const std::filesystem::path& dataFolder,
                                                            engine::Engine& engine) {
    std::vector<std::unique_ptr<engine::StreamHook>> hooks;
    engine::StreamHook::Report report;
    if (settings.logLevel != "off") {
        report = [](const std::string& sentence) {
            std::fprintf(stderr, "orreryd: %s\n", sentence.c_str());
        };
    }
    const std::filesystem::path folder = dataFolder.empty() ? "" : dataFolder / "on-stream";
    for (const engine::StreamHookOptions& hook :
         engine::streamHookOptions(settings.onStream, folder))
        hooks.push_back(std::make_unique<engine::StreamHook>(engine, hook, report));
    return hooks;
}

int run(const LocalFlags& flags) {
    CommandLine line = parseCommandLine(Program::Daemon, flags.arguments);
    if (line.exitCode) return *line.exitCode;
    const Settings& settings = line.settings;
    line.engine.traceEvents = kTraceEvents;
    prepareProcess();
    if (settings.logLevel != "off") {
        line.engine.onStorageChange = [](const std::string& sentence) {
            std::fprintf(stderr, "orreryd: %s\n", sentence.c_str());
        };
    }
    auto engine = engine::Engine::open(line.engine);
    if (!engine) return fail(engine.error());
    (*engine)->stopOnSignals();
    if (!line.folderNote.empty() && settings.logLevel != "off")
        std::fprintf(stderr, "orreryd: %s\n", line.folderNote.c_str());
    printStorageMode(settings, line.engine);
    printSavedSettings(settings, line.engine, **engine);
    const auto hooks = startHooks(settings, line.engine.dataFolder, **engine);
    const std::string& endpoint = (*engine)->endpoint();
    // Launchers use the port as soon as they have read the banner.
    if (flags.wantsBanner) {
        const unsigned long port = std::stoul(endpoint.substr(endpoint.rfind(':') + 1));
        std::fputs(localBanner(flags, static_cast<unsigned>(port), std::string(kVersion)).c_str(),
                   stdout);
    }
    std::printf("listening on %s\n", endpoint.c_str());
    std::fflush(stdout);
    std::unique_ptr<engine::DemoLoader> demo;
    if (settings.demo) demo = std::make_unique<engine::DemoLoader>(**engine);
    (*engine)->run();
    for (const auto& hook : hooks)
        hook->beginStop();
    return 0;
}

}  // namespace
}  // namespace orrery::app

int main(int argc, char** argv) {
    // One arena for the loop's thread and one for the workers: they stay small, and no thread waits
    // for another.
    mallopt(M_ARENA_MAX, 2);
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && arguments[0] == "ctl")
        return orrery::app::runCtl({arguments.begin() + 1, arguments.end()});
    if (!arguments.empty() && arguments[0] == "check")
        return orrery::app::runCheck({arguments.begin() + 1, arguments.end()});
    if (!arguments.empty() && arguments[0] == "repair")
        return orrery::app::runRepair({arguments.begin() + 1, arguments.end()});
    return orrery::app::run(orrery::app::translateLocalFlags(arguments));
}
