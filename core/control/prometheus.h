#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/account_id.h"
#include "core/base/time.h"

namespace orrery::control {

/// Prometheus' text format, one family at a time.
class Metrics {
public:
    explicit Metrics(std::string& out) : m_out(out) {}

    void family(std::string_view name, std::string_view type, std::string_view help) {
        m_name = name;
        m_out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
        m_out.append(name).append(" ").append(type).append("\n");
    }
    /// Adds samples to a family that has begun.
    void continueFamily(std::string_view name) { m_name = name; }
    void sample(std::string_view labels, std::int64_t value) {
        add({}, labels, std::to_string(value));
    }
    void sample(std::string_view labels, std::uint64_t value) {
        add({}, labels, std::to_string(value));
    }
    /// `text` is a number. `suffix` belongs to the name: "_sum".
    void add(std::string_view suffix, std::string_view labels, std::string_view text) {
        m_out.append(m_name).append(suffix);
        if (!labels.empty()) m_out.append("{").append(labels).append("}");
        m_out.append(" ").append(text).append("\n");
    }
    void one(std::string_view name, std::string_view type, std::string_view help,
             std::uint64_t value) {
        family(name, type, help);
        sample("", value);
    }

private:
    std::string& m_out;
    std::string_view m_name;
};

/// The labels of a table in a Region.
inline std::string tableLabels(std::string_view region, std::string_view table,
                               std::string_view accountId) {
    std::string labels = "region=\"" + std::string(region) + "\",table_name=\"";
    labels.append(table).append("\"");
    // Tables of different accounts may have the same name.
    if (const auto digits = accountDigits(accountId); digits != kSharedAccount)
        labels.append(",account=\"").append(digits).append("\"");
    if (const auto name = namespaceOf(accountId); !name.empty()) {
        labels.append(",namespace=\"");
        for (const char c : name) {
            if (c == '"' || c == '\\') labels += '\\';
            labels += c;
        }
        labels += '"';
    }
    return labels;
}

}  // namespace orrery::control
