#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::http {

/// The web pages that may call: those that this machine serves (http or https on a loopback host,
/// on any port), and those in the list.
class Origins {
public:
    /// Allows only pages of this machine.
    Origins() = default;
    /// "*" for every page, or a comma-separated list of origins ("https://app.example:8443",
    /// "null") and hosts, whose pages may use http or https ("app.example", "intranet:8080").
    /// Returns a one-sentence error otherwise.
    static std::expected<Origins, std::string> parse(std::string_view list);

    /// True if the page of this Origin header may call.
    bool allow(std::string_view origin) const;
    /// True if every page may call.
    bool allowAll() const { return m_all; }
    /// The value of Access-Control-Allow-Origin for this page; empty if the page may not read.
    std::string_view answerTo(std::string_view origin) const {
        if (origin.empty() || !allow(origin)) return {};
        return m_all ? "*" : origin;
    }

private:
    bool m_all = false;
    std::vector<std::string> m_named;  // Lower case.
};

}  // namespace orrery::http
