#include "core/cluster/repair/repair_report.h"

#include <set>

#include "core/base/text.h"

namespace orrery::cluster {
namespace {

// The beginning of a key shows where it lies; a whole key may have a kilobyte.
std::string shortHex(const std::string& key) {
    constexpr std::size_t kBytesShown = 16;
    const std::string text = hex(std::string_view(key).substr(0, kBytesShown));
    return key.size() > kBytesShown ? text + "…" : text;
}

}  // namespace

std::string LostKeys::text() const {
    std::string text = "Table " + table + " in " + region;
    if (!index.empty()) text += ", index " + index;
    text += ", partition " + std::to_string(partition.value()) + ": ";
    if (!index.empty()) return text + "corrupt; the next start rebuilds the index.";
    text += itemCount ? std::to_string(*itemCount) + " items are lost" : "items may be lost";
    text += ", and the rest may be out of date, between these storage keys:";
    for (const storage::KeyRange& range : keys)
        text += "\n    " + shortHex(range.begin) + " and " + shortHex(range.end);
    if (looseItems > 0)
        text += "\n    " + std::to_string(looseItems) +
                " items there were found outside any readable tree: each may be an older version, "
                "or may have been deleted.";
    return text;
}

std::string RepairReport::summary() const {
    std::set<std::string> tables;
    for (const LostKeys& one : lost)
        if (one.index.empty()) tables.insert(one.table + " (" + one.region + ")");
    if (tables.empty()) return {};
    std::string names;
    for (const std::string& name : tables)
        names += (names.empty() ? "" : ", ") + name;
    return "Tables that have lost data, or may have: " + names + ".\n";
}

std::string RepairReport::text() const {
    std::string text;
    for (const std::string& one : mended)
        text += one + "\n";
    for (const std::string& note : notes)
        text += note + "\n";
    for (const LostKeys& one : lost)
        text += one.text() + "\n";
    text += isComplete() ? "Nothing is lost.\n" : summary();
    if (!kept.empty()) text += "The damaged files are kept in " + kept.string() + "\n";
    return text;
}

}  // namespace orrery::cluster
