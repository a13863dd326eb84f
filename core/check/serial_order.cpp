#include "core/check/serial_order.h"

#include <algorithm>

namespace orrery::check {

void SerialOrder::wrote(Operation operation, const std::string& item, std::uint64_t version) {
    const auto [known, isNew] = m_writers.try_emplace({item, version}, operation);
    if (isNew || known->second == operation || !m_problem.empty()) return;
    m_problem = "operations " + std::to_string(known->second) + " and " +
                std::to_string(operation) + " both made version " + std::to_string(version) +
                " of item " + item;
}

void SerialOrder::read(Operation operation, const std::string& item, std::uint64_t version) {
    m_readers.emplace(Version{item, version}, operation);
}

std::map<SerialOrder::Operation, std::vector<SerialOrder::Operation>> SerialOrder::followers()
    const {
    std::map<Operation, std::vector<Operation>> after;
    const auto add = [&](Operation first, Operation second) {
        if (first != second) after[first].push_back(second);
    };
    const auto writerOf = [&](const std::string& item, std::uint64_t version) {
        const auto writer = m_writers.find({item, version});
        return writer == m_writers.end() ? nullptr : &writer->second;
    };
    for (const auto& [version, writer] : m_writers) {
        if (const Operation* next = writerOf(version.first, version.second + 1)) add(writer, *next);
    }
    for (const auto& [version, reader] : m_readers) {
        if (const Operation* writer = writerOf(version.first, version.second)) add(*writer, reader);
        if (const Operation* next = writerOf(version.first, version.second + 1)) add(reader, *next);
    }
    return after;
}

std::string SerialOrder::judge() const {
    if (!m_problem.empty()) return m_problem;
    const auto after = followers();
    enum class State : std::uint8_t { OnPath, Done };
    std::map<Operation, State> states;
    // Depth first, without recursion: the path from the first operation, and how many followers of
    // each were visited.
    std::vector<std::pair<Operation, std::size_t>> path;
    const auto enter = [&](Operation operation) {
        states[operation] = State::OnPath;
        path.emplace_back(operation, 0);
    };
    for (const auto& [first, unused] : after) {
        if (!states.contains(first)) enter(first);
        while (!path.empty()) {
            auto& [operation, visited] = path.back();
            const auto next = after.find(operation);
            if (next == after.end() || visited == next->second.size()) {
                states[operation] = State::Done;
                path.pop_back();
                continue;
            }
            const Operation follower = next->second[visited++];
            const auto state = states.find(follower);
            if (state == states.end()) {
                enter(follower);
            } else if (state->second == State::OnPath) {
                std::string text = "operations without a serial order:";
                const auto begin = std::ranges::find(path, follower,
                                                     [](const auto& place) { return place.first; });
                for (auto place = begin; place != path.end(); ++place)
                    text += " " + std::to_string(place->first);
                return text;
            }
        }
    }
    return {};
}

}  // namespace orrery::check
