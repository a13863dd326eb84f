#pragma once

#include <string>
#include <vector>

#include "tests/model/values.h"

namespace orrery::test::model {

/// A document path: the name of an attribute, then members of maps and elements of lists.
struct Path {
    struct Step {
        std::string name;
        int index = -1;  ///< Of an element, if it is not negative.
        bool operator==(const Step&) const = default;
    };
    std::vector<Step> steps;

    static Path attribute(std::string name) { return {{{std::move(name), -1}}}; }
    const std::string& top() const { return steps.front().name; }
    bool isNested() const { return steps.size() > 1; }
    bool hasIndex() const;
    bool operator==(const Path&) const = default;
};

/// The value at a path; null if there is none.
const Value* find(const Attributes& item, const Path& path);

struct Operand {
    enum class Kind { OfPath, Constant, SizeOf };
    Kind kind = Kind::Constant;
    Path path = {};
    Value value = {};
};

/// A condition as a tree. `comparator` is that of a Compare.
struct Condition {
    enum class Kind {
        Compare,
        Between,
        In,
        BeginsWith,
        Contains,
        HasType,
        Exists,
        Missing,
        And,
        Or,
        Not
    };
    Kind kind = Kind::Compare;
    std::string comparator = {};
    std::vector<Operand> operands = {};
    std::vector<Condition> parts = {};
};

/// `item` is null where there is none.
bool holds(const Condition& condition, const Attributes* item);

/// The attributes at these paths only, with the documents around them.
Attributes projected(const Attributes& item, const std::vector<Path>& paths);

}  // namespace orrery::test::model
