#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace orrery::app {

/// The two programs: orrery has a window, orreryd has none.
enum class Program : std::uint8_t { Window, Daemon };

/// The values of a program's flags.
struct Settings {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8000;
    std::vector<std::string> allowedHosts;
    std::string cors;
    std::string data;
    bool memory = false;
    std::string durability = "durable";
    std::string profile;
    std::uint64_t seed = 0;
    std::string credentials;
    std::string clockSkew = "5m";
    std::string namespaces = "shared";
    bool demo = false;
    std::vector<std::string> onStream;  ///< Each "TABLE=command".
    std::string logLevel = "info";
};

/// The result of a command line: the program starts with these settings, or ends with this code
/// after it has printed the reason.
struct CommandLine {
    Settings settings;
    engine::EngineOptions engine;
    std::optional<int> exitCode;
    /// The printed reason, if the command line is wrong: a window may have been started without a
    /// terminal.
    std::string problem;
    /// What to say, or to ask, before the database is put into a folder with other files; empty
    /// for a new or empty folder, and for one that has a database.
    std::string folderNote;
};

/// Reads the flags of `program` from the one table.
CommandLine parseCommandLine(Program program, const std::vector<std::string>& arguments);

}  // namespace orrery::app
