#pragma once

#include <string>
#include <vector>

namespace orrery::app {

/// DynamoDB Local's command line, translated into ours. Its flags have one dash or two.
struct LocalFlags {
    std::vector<std::string> arguments;  ///< In the form that orreryd takes.
    /// One of DynamoDB Local's own flags was given, so the caller may wait for its banner.
    bool wantsBanner = false;

    // Values that the banner repeats.
    bool inMemory = false;
    bool sharedDb = false;
    bool delayTransientStatuses = false;
    std::string dbPath = "null";
    std::string cors = "null";
};

LocalFlags translateLocalFlags(const std::vector<std::string>& arguments);

/// The first output of DynamoDB Local. Test containers wait for its lines.
std::string localBanner(const LocalFlags& flags, unsigned port, const std::string& version);

}  // namespace orrery::app
