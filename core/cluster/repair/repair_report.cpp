#include "core/cluster/repair/repair_report.h"

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
    return text;
}

std::string RepairReport::text() const {
    std::string text;
    for (const std::string& note : notes)
        text += note + "\n";
    for (const LostKeys& one : lost)
        text += one.text() + "\n";
    if (lost.empty() && notes.empty()) text += "Nothing is lost.\n";
    if (!kept.empty()) text += "The damaged files are kept in " + kept.string() + "\n";
    return text;
}

}  // namespace orrery::cluster
