#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace orrery::auth {

/// What proves who calls.
struct Secret {
    std::string key;
    std::string sessionToken;  ///< Of temporary credentials; otherwise empty.
};

/// The secrets of those who may call, by access key.
class Credentials {
public:
    /// Reads the text of a file as the AWS tools write it: sections with `aws_access_key_id`,
    /// `aws_secret_access_key` and, if they are temporary, `aws_session_token`. Returns a
    /// one-sentence error that names the line.
    static std::expected<Credentials, std::string> parse(std::string_view text);

    bool empty() const { return m_secrets.empty(); }
    /// Null if the access key is unknown.
    const Secret* find(std::string_view accessKey) const;

private:
    std::map<std::string, Secret, std::less<>> m_secrets;
};

}  // namespace orrery::auth
