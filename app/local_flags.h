#pragma once

#include <string>
#include <vector>

namespace orrery::app {

/// DynamoDB Local's command line in the words of ours. Its flags have one dash or two.
struct LocalFlags {
    std::vector<std::string> arguments;  ///< As orreryd takes them.
    /// One of its own flags was given: whoever started us may wait for its banner.
    bool wantsBanner = false;

    // What the banner repeats.
    bool inMemory = false;
    bool sharedDb = false;
    bool delayTransientStatuses = false;
    std::string dbPath = "null";
    std::string cors = "null";
};

LocalFlags translateLocalFlags(const std::vector<std::string>& arguments);

/// What DynamoDB Local prints first. Test containers wait for its lines.
std::string localBanner(const LocalFlags& flags, unsigned port, const std::string& version);

}  // namespace orrery::app
