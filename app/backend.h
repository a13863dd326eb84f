#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/account_id.h"
#include "core/observe/event.h"
#include "core/observe/snapshot.h"

namespace orrery::app {

/// The window's only access to data. One implementation embeds the engine; a second may speak HTTP
/// to a running orreryd. The window's thread calls all members, and they return at once. Answers
/// arrive later on that thread, and are dropped once the backend is destroyed.
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

    /// Sends an API call to `scope`, such as "PutItem" with its JSON.
    virtual void call(const Scope& scope, std::string_view operation, std::string_view json,
                      AnswerHandler handler) = 0;

    /// Sends a DeleteItem to `scope`. Its condition also fails unless the record `itemLsn` wrote
    /// the item, so the item is deleted only as the caller saw it.
    virtual void deleteItem(const Scope& scope, std::string_view json, Lsn itemLsn,
                            AnswerHandler handler) = 0;

    /// Sends a control call, with the same verbs as HTTP under /_orrery/v1: "POST", "/faults",
    /// JSON. This includes looks (GET /items, GET /item) and checksums.
    virtual void control(std::string_view method, std::string_view target, std::string_view json,
                         AnswerHandler handler) = 0;

    /// The newest snapshot, never null. The call also makes the engine prepare the next one.
    virtual observe::SnapshotPtr snapshot() = 0;

    /// Events after `after`, oldest first, at most `limit`.
    virtual std::vector<observe::Event> events(EventId after, std::size_t limit) = 0;

    struct Diagnostic {
        std::size_t begin = 0;  ///< Byte offsets into the text checked.
        std::size_t end = 0;
        std::string message;
    };
    /// Checks a filter or key condition expression; empty if it is valid. Pure, and fast enough for
    /// every key press.
    virtual std::vector<Diagnostic> check(std::string_view expression) = 0;

    /// "http://127.0.0.1:8000"; empty if the engine listens on no port, and then `endpointProblem`
    /// says why.
    virtual std::string endpoint() const = 0;
    virtual std::string endpointProblem() const = 0;
    virtual std::string dataFolder() const = 0;  ///< Empty with --memory.
};

}  // namespace orrery::app
