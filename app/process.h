#pragma once

namespace orrery::app {

/// Prepares the process to serve: it may open as many files and sockets as the system allows
/// within reason, an output that nobody reads any more does not end it, and one that gets no more
/// memory says so on standard error before it ends. Call it once, before the engine is opened.
void prepareProcess();

}  // namespace orrery::app
