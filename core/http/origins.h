#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace orrery::http {

/// Which pages of a browser may call: those that this machine serves (http or https on a loopback
/// host, at any port), and those that were named.
class Origins {
public:
    /// Only pages of this machine.
    Origins() = default;
    /// "*" for every page, or a list with commas between: origins ("https://app.example:8443",
    /// "null"), or hosts, whose pages may come by http and https ("app.example", "intranet:8080").
    /// Or one sentence that says what is wrong.
    static std::expected<Origins, std::string> parse(std::string_view list);

    /// Whether the page of an Origin header may call.
    bool allow(std::string_view origin) const;
    /// Every page may.
    bool allowAll() const { return m_all; }
    /// The value of Access-Control-Allow-Origin for that page; empty if it may not read.
    std::string_view answerTo(std::string_view origin) const {
        if (origin.empty() || !allow(origin)) return {};
        return m_all ? "*" : origin;
    }

private:
    bool m_all = false;
    std::vector<std::string> m_named;  // Lower case.
};

}  // namespace orrery::http
