#pragma once

#include <string>
#include <vector>

namespace orrery::app {

/// `orreryd ctl …`: sends one control call to a running engine, as a small HTTP client. Prints the
/// answer to standard output, as JSON unless the call has a text for people, and errors to standard
/// error. Returns the exit code.
int runCtl(const std::vector<std::string>& arguments);

/// One control call from the command line.
struct CtlCall {
    std::string method;
    std::string target;  ///< Relative to /_orrery/v1.
    std::string body;
    /// Makes lines for people of the answer; null: it is printed as it is.
    std::string (*text)(const std::string& answer) = nullptr;
};

/// Parses "fault zone-outage us-east-1b 20s" as a call, or returns a one-sentence error.
struct CtlParse {
    CtlCall call;
    std::string problem;  ///< Empty if the call is valid.
};
CtlParse parseCtl(const std::vector<std::string>& words);

}  // namespace orrery::app
