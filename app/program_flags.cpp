#include "app/program_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <variant>

#include "core/auth/verification.h"
#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/base/version.h"
#include "core/control/arguments.h"

namespace orrery::app {
namespace {

constexpr const char* kCommands =
    "Commands:\n"
    "  orreryd ctl …              queries or controls a running orreryd; \"orreryd ctl\" lists "
    "how\n"
    "  orreryd check --data DIR   says whether a data folder that no program uses is sound\n"
    "  orreryd repair --data DIR  rewrites a damaged data folder from everything it can read";

/// Which programs have a flag.
enum class In : std::uint8_t { Both, Daemon };

struct Flag {
    const char* name;
    In in;
    std::variant<bool Settings::*, std::string Settings::*, std::uint16_t Settings::*,
                 std::uint64_t Settings::*, std::vector<std::string> Settings::*>
        member;
    const char* help;  ///< Empty: the flag is not listed.
    std::vector<std::string> choices = {};
};

std::vector<Flag> flags() {
    return {
        {"--host", In::Daemon, &Settings::host, "Address to listen on"},
        {"--port", In::Both, &Settings::port, "Port to listen on; 0 takes a free one"},
        {"--allow-host", In::Both, &Settings::allowedHosts,
         "A host name under which clients reach it, such as db.example or *.example, or * for "
         "every name; may be repeated"},
        {"--cors", In::Both, &Settings::cors,
         "Comma-separated origins whose web pages may call, or * for every page; by default only "
         "pages of this machine"},
        {"--data", In::Both, &Settings::data,
         "Data folder, for one program at a time. Default: $XDG_DATA_HOME/orrery, or "
         "~/.local/share/orrery"},
        {"--memory", In::Both, &Settings::memory, "Keep everything in memory"},
        {"--durability",
         In::Daemon,
         &Settings::durability,
         "durable: an answer waits for the disk; relaxed: it does not",
         {"durable", "relaxed"}},
        {"--profile", In::Both, &Settings::profile,
         "drop-in: no delays; service-like: the delays of the service. Saved in the data folder. "
         "Default: the one saved there, else drop-in for orreryd and service-like for orrery"},
        {"--seed", In::Both, &Settings::seed, "Seed of all randomness"},
        {"--credentials", In::Daemon, &Settings::credentials,
         "File of access keys as the AWS tools write it; with it, only requests that are signed "
         "with one of them are served"},
        {"--clock-skew", In::Daemon, &Settings::clockSkew,
         "With --credentials: how much the time of a request may differ, such as 5m; off: any"},
        {"--namespace",
         In::Daemon,
         &Settings::namespaces,
         "shared: one account for all access keys; per-key: one for each",
         {"shared", "per-key"}},
        {"--demo", In::Both, &Settings::demo, "Load the sample tables that do not exist"},
        {"--on-stream", In::Daemon, &Settings::onStream,
         "TABLE=command: runs the command for each batch of the table's stream records, with "
         "Lambda's event on its standard input; may be given again"},
        {"--log-level",
         In::Daemon,
         &Settings::logLevel,
         "Messages on standard error",
         {"off", "error", "warn", "info", "debug"}},
    };
}

/// Empty for a port. CLI11 would only say that it could not convert the text.
std::string portProblem(const std::string& text) {
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error == std::errc() && stop == end) return {};
    return text + " is no port; give a number from 0 to 65535.";
}

void add(CLI::App& app, const Flag& flag, Settings& settings) {
    CLI::Option* option = nullptr;
    using Lists = std::vector<std::string> Settings::*;
    std::visit(
        Overloaded{
            [&](bool Settings::* member) {
                option = app.add_flag(flag.name, settings.*member, flag.help);
            },
            // One value each time, so that it does not take the next words.
            [&](Lists member) {
                option =
                    app.add_option(flag.name, settings.*member, flag.help)->allow_extra_args(false);
            },
            [&]<OneOf<std::string Settings::*, std::uint16_t Settings::*, std::uint64_t Settings::*>
                    T>(T member) {
                option =
                    app.add_option(flag.name, settings.*member, flag.help)->capture_default_str();
            },
        },
        flag.member);
    if (!flag.choices.empty()) option->check(CLI::IsMember(flag.choices));
    if (std::holds_alternative<std::uint16_t Settings::*>(flag.member))
        option->check([](const std::string& text) { return portProblem(text); });
    if (*flag.help == '\0') option->group("");
}

/// The arguments in reverse order, as CLI11 takes them. For CLI11, "--data=" has no value and takes
/// the next word; here it has an empty value.
std::vector<std::string> reversedWords(const std::vector<std::string>& arguments) {
    std::vector<std::string> words;
    for (const std::string& argument : arguments) {
        const bool isEmpty =
            argument.starts_with("--") && argument.find('=') == argument.size() - 1;
        words.push_back(isEmpty ? argument.substr(0, argument.size() - 1) : argument);
        if (isEmpty) words.emplace_back();
    }
    std::ranges::reverse(words);
    return words;
}

/// The default data folder of both programs: the platform's data folder (XDG base directory
/// specification).
std::filesystem::path defaultFolder() {
    const char* data = std::getenv("XDG_DATA_HOME");
    if (data != nullptr && *data == '/') return std::filesystem::path(data) / "orrery";
    const char* home = std::getenv("HOME");
    if (home != nullptr && *home == '/')
        return std::filesystem::path(home) / ".local" / "share" / "orrery";
    return std::filesystem::current_path() / "orrery-data";
}

std::expected<void, std::string> setProfile(Program program, const Settings& settings,
                                            engine::EngineOptions& options) {
    options.profile =
        program == Program::Window ? cluster::Profile::serviceLike() : cluster::Profile::dropIn();
    if (settings.profile.empty()) return {};
    const cluster::Profile* profile = cluster::Profile::find(settings.profile);
    if (profile == nullptr)
        return std::unexpected("The profile " + settings.profile +
                               " is not supported; choose drop-in or service-like.");
    options.profile = *profile;
    options.profileIsChosen = true;
    return {};
}

std::expected<void, std::string> setCredentials(const Settings& settings,
                                                engine::EngineOptions& options) {
    if (settings.clockSkew == "off") {
        options.clockSkewMax = auth::kAnySkew;
    } else {
        const auto skew = control::parseDuration(settings.clockSkew);
        if (!skew || *skew < Duration::zero())
            return std::unexpected("--clock-skew " + settings.clockSkew +
                                   " is not a duration; give one such as 5m, or off.");
        options.clockSkewMax = *skew;
    }
    if (settings.credentials.empty()) return {};
    std::ifstream file(settings.credentials);
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    if (!file) return std::unexpected("--credentials: cannot read " + settings.credentials + ".");
    auto credentials = auth::Credentials::parse(text);
    if (!credentials)
        return std::unexpected("--credentials " + settings.credentials + ": " +
                               credentials.error() + ".");
    options.credentials = *std::move(credentials);
    return {};
}

/// See CommandLine::folderNote.
std::string folderNote(const std::filesystem::path& folder) {
    std::error_code error;
    std::size_t others = 0;
    std::string first;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name == "format" || name == "lock" || name == "items.mdb") return {};
        if (name == "lost+found") continue;  // Every new file system has it.
        if (others++ == 0 || name < first) first = name;
    }
    if (others == 0) return {};
    return "The folder " + folder.string() + " has no database yet, but other files, such as " +
           first + ". The files of the database are put beside them.";
}

/// The engine's options for these settings, or a one-sentence error. `given` tells whether a flag
/// was given, whatever its value is.
std::expected<engine::EngineOptions, std::string> engineOptions(
    Program program, const Settings& settings, const std::function<bool(const char*)>& given) {
    engine::EngineOptions options;
    TRY(setCredentials(settings, options));
    if (given("--data") && settings.data.empty())
        return std::unexpected(std::string(
            "--data names no folder; give one, or --memory to keep everything in memory."));
    for (const std::string& hook : settings.onStream) {
        const std::size_t equals = hook.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == hook.size())
            return std::unexpected(
                std::string("--on-stream takes TABLE=command, such as 'Orders=node worker.js'."));
    }
    if (given("--cors")) {
        TRY_ASSIGN(options.origins, http::Origins::parse(settings.cors));
    }
    TRY(setProfile(program, settings, options));
    if (!settings.memory)
        options.dataFolder =
            settings.data.empty() ? defaultFolder() : std::filesystem::path(settings.data);
    std::error_code ignored;
    if (std::filesystem::exists(options.dataFolder, ignored) &&
        !std::filesystem::is_directory(options.dataFolder, ignored))
        return std::unexpected("--data takes a folder, but " + options.dataFolder.string() +
                               " is a file.");
    if (settings.durability == "relaxed" && !settings.onStream.empty() && !settings.memory)
        return std::unexpected(
            std::string("--on-stream needs --durability durable: a command would handle changes "
                        "that a kill may lose, and miss those that come in their place."));
    if (settings.durability == "relaxed") options.durability = storage::Durability::Relaxed;
    if (settings.namespaces == "per-key") {
        if (!settings.onStream.empty())
            return std::unexpected(
                std::string("--on-stream needs --namespace shared: with one account for each "
                            "access key, a table's name does not tell whose table it is."));
        options.namespaces = auth::Namespaces::PerKey;
    }
    options.host = settings.host;
    options.allowedHosts = settings.allowedHosts;
    options.port = settings.port;
    options.seed = settings.seed;
    // The window is useful without an endpoint; the status bar says that there is none.
    options.portRequired = program == Program::Daemon;
    return options;
}

}  // namespace

CommandLine parseCommandLine(Program program, const std::vector<std::string>& arguments) {
    const std::string name = program == Program::Window ? "orrery" : "orreryd";
    CommandLine line;
    CLI::App app("A local Amazon DynamoDB that a person can look inside", name);
    app.set_version_flag("--version", std::string(kVersion));
    if (program == Program::Daemon) app.footer(kCommands);
    for (const Flag& flag : flags())
        if (flag.in == In::Both || program == Program::Daemon) add(app, flag, line.settings);
    app.get_option("--memory")->excludes(app.get_option("--data"));
    std::vector<std::string> reversed = reversedWords(arguments);
    try {
        app.parse(reversed);
    } catch (const CLI::ParseError& error) {
        line.exitCode = app.exit(error);
        if (*line.exitCode != 0) line.problem = error.what();
        return line;
    }
    auto options = engineOptions(program, line.settings,
                                 [&](const char* flag) { return app.count(flag) > 0; });
    if (options) {
        line.engine = *std::move(options);
        if (!line.engine.dataFolder.empty()) line.folderNote = folderNote(line.engine.dataFolder);
    } else {
        line.problem = options.error();
        std::fprintf(stderr, "%s: %s\n", name.c_str(), line.problem.c_str());
        line.exitCode = 1;
    }
    return line;
}

}  // namespace orrery::app
