#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/observe/event.h"
#include "core/observe/snapshot.h"

namespace orrery::app {

/// The only way from the window to data. One implementation embeds the engine; a second may speak
/// HTTP to a running orreryd. All members may be called on the window's thread and return at once;
/// answers come later, on the window's thread, unless the backend is gone by then.
class Backend {
public:
    struct Answer {
        int status = 0;    ///< HTTP status: 200, 400, 500 …
        std::string body;  ///< JSON.
        /// Headers such as "x-orrery-replica", in the order sent.
        std::vector<std::pair<std::string, std::string>> headers;
    };
    using AnswerHandler = std::function<void(const Answer&)>;

    virtual ~Backend() = default;

    /// An API call as an application would send it: "PutItem" and its JSON, in `region`.
    virtual void call(std::string_view region, std::string_view operation, std::string_view json,
                      AnswerHandler handler) = 0;

    /// A control call, the same verbs as HTTP has under /_orrery/v1: "POST", "/faults", JSON. Looks
    /// (GET /items, GET /item) and checksums are among them.
    virtual void control(std::string_view method, std::string_view target, std::string_view json,
                         AnswerHandler handler) = 0;

    /// The newest snapshot. Asking makes the engine prepare the next one. Never null.
    virtual observe::SnapshotPtr snapshot() = 0;

    /// Events after `after`, oldest first, at most `limit`.
    virtual std::vector<observe::Event> events(EventId after, std::size_t limit) = 0;

    struct Diagnostic {
        std::size_t begin = 0;  ///< Byte offsets into the text checked.
        std::size_t end = 0;
        std::string message;
    };
    /// Checks a filter or key condition expression as it is typed; empty if it is fine. Pure and
    /// fast enough to run at each key press.
    virtual std::vector<Diagnostic> check(std::string_view expression) = 0;

    /// "http://127.0.0.1:8000", or empty if no port is listened on, and then why.
    virtual std::string endpoint() const = 0;
    virtual std::string endpointProblem() const = 0;
    virtual std::string dataFolder() const = 0;  ///< Empty with --memory.
};

}  // namespace orrery::app
