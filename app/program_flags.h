#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace orrery::app {

/// The two programs: orrery has a window, orreryd has none.
enum class Program : std::uint8_t { Window, Daemon };

/// What the flags of a program say.
struct Settings {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8000;
    std::string cors;
    std::string data;
    bool memory = false;
    std::string durability = "durable";
    std::string profile;
    std::uint64_t seed = 0;
    std::string credentials;
    std::string namespaces = "shared";
    bool demo = false;
    std::string logLevel = "info";
};

/// What a command line comes to: the program starts with these settings, or ends with this code
/// and has already printed why.
struct CommandLine {
    Settings settings;
    engine::EngineOptions engine;
    std::optional<int> exitCode;
};

/// Reads the flags of `program`; one table has them all.
CommandLine parseCommandLine(Program program, const std::vector<std::string>& arguments);

/// Lets the process have as many files and sockets open as the system allows it, within reason.
void raiseFileLimit();

}  // namespace orrery::app
