#pragma once

#include <string>
#include <vector>

namespace orrery::app {

/// `orreryd ctl …`: one control call to a running engine, as a small HTTP client. Prints the
/// answer, which is JSON, to standard output, and what went wrong to standard error. Returns the
/// exit code.
int runCtl(const std::vector<std::string>& arguments);

/// One control call in the words of the command line.
struct CtlCall {
    std::string method;
    std::string target;  ///< Behind /_orrery/v1.
    std::string body;
};

/// "fault zone-outage us-east-1b 20s" as a call, or one sentence that says what is wrong.
struct CtlParse {
    CtlCall call;
    std::string problem;  ///< Empty: the call is good.
};
CtlParse parseCtl(const std::vector<std::string>& words);

}  // namespace orrery::app
