#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/model/model_run.h"

namespace orrery::test::model {

/// A Query, a Scan or a SELECT, and what its pages have shown.
struct ModelRun::Range {
    Table* table = nullptr;
    const Schema* index = nullptr;
    boost::json::object body = {};
    std::optional<Condition> keys = {};
    std::optional<Condition> filter = {};
    std::vector<Path> projection = {};  ///< Empty: all.
    bool isConsistent = false;
    bool isOrdered = false;
    bool isForward = true;
    bool isCount = false;
    bool isStatement = false;
    bool wholeItems = false;  ///< Of a local index: ALL_ATTRIBUTES.
    std::uint64_t limit = 0;  ///< 0: none.

    std::vector<Attributes> shown = {};
    std::size_t count = 0;
    std::size_t scanned = 0;
    std::size_t pages = 0;

    /// What all pages together must show.
    struct Expected {
        std::vector<std::string> items = {};  ///< Sorted texts.
        std::size_t scanned = 0;
        std::size_t bytes = 0;
    };
    Expected expected() const;
    const std::vector<KeyAttribute>& rangeKeys() const {
        return index != nullptr ? index->range : table->keys().range;
    }
};

/// The same text for equal items.
std::string textOf(const Attributes& item);

}  // namespace orrery::test::model
