#include "core/auth/credentials.h"

#include "core/base/text.h"

namespace orrery::auth {
namespace {

std::string atLine(std::size_t line, std::string_view what) {
    return "line " + std::to_string(line) + " " + std::string(what);
}

/// The keys of the section that is being read.
struct Section {
    std::string accessKey;
    Secret secret;
};

}  // namespace

std::expected<Credentials, std::string> Credentials::parse(std::string_view text) {
    Credentials credentials;
    Section section;
    // False if the section has one key of a pair. A section without both is for other tools.
    const auto close = [&] {
        const bool isWhole = section.accessKey.empty() == section.secret.key.empty();
        if (!section.accessKey.empty()) credentials.m_secrets[section.accessKey] = section.secret;
        section = {};
        return isWhole;
    };
    std::size_t number = 0;
    while (!text.empty()) {
        ++number;
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#' || line.front() == ';') continue;
        if (line.front() == '[') {
            if (!line.ends_with(']')) return std::unexpected(atLine(number, "is no section"));
            if (!close())
                return std::unexpected(
                    atLine(number, "follows a section that lacks one of its two keys"));
            continue;
        }
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos)
            return std::unexpected(atLine(number, "is no setting"));
        const std::string_view name = trimmed(line.substr(0, equals));
        const std::string_view value = trimmed(line.substr(equals + 1));
        if (name == "aws_access_key_id") section.accessKey = value;
        if (name == "aws_secret_access_key") section.secret.key = value;
        if (name == "aws_session_token") section.secret.sessionToken = value;
    }
    if (!close()) return std::unexpected("the last section lacks one of its two keys");
    if (credentials.empty()) return std::unexpected("there is no access key with its secret");
    return credentials;
}

const Secret* Credentials::find(std::string_view accessKey) const {
    const auto found = m_secrets.find(accessKey);
    return found == m_secrets.end() ? nullptr : &found->second;
}

}  // namespace orrery::auth
