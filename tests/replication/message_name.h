#pragma once

#include <string_view>
#include <variant>

#include "core/base/overloaded.h"
#include "core/replication/messages.h"

namespace orrery::test {

inline std::string_view messageName(const replication::Message& message) {
    using namespace replication;
    using Name = std::string_view;
    return std::visit(Overloaded{
                          [](const AppendRequest&) -> Name { return "AppendRequest"; },
                          [](const CommitNotice&) -> Name { return "CommitNotice"; },
                          [](const AppendReply&) -> Name { return "AppendReply"; },
                          [](const CheckRequest&) -> Name { return "CheckRequest"; },
                          [](const CheckReply&) -> Name { return "CheckReply"; },
                          [](const VoteRequest&) -> Name { return "VoteRequest"; },
                          [](const VoteReply&) -> Name { return "VoteReply"; },
                          [](const CopyRequest&) -> Name { return "CopyRequest"; },
                          [](const CopyChunk&) -> Name { return "CopyChunk"; },
                          [](const HandOver&) -> Name { return "HandOver"; },
                      },
                      message);
}

}  // namespace orrery::test
