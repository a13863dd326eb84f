#pragma once

namespace orrery::app {

/// Prepares the process to serve: it may open as many files and sockets as the system allows
/// within reason, neither an output that nobody reads nor a file at its size limit ends it, and
/// without memory it says so on standard error before it ends. Call it once, before the engine is
/// opened.
void prepareProcess();

}  // namespace orrery::app
