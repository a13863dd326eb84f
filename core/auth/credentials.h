#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace orrery::auth {

/// The secret keys of those who may call, by access key.
class Credentials {
public:
    /// Reads the text of a file as the AWS tools write it: sections with `aws_access_key_id` and
    /// `aws_secret_access_key`. Returns a one-sentence error that names the line.
    static std::expected<Credentials, std::string> parse(std::string_view text);

    bool empty() const { return m_secrets.empty(); }
    /// Null if the key is unknown.
    const std::string* secretOf(std::string_view accessKey) const;

private:
    std::map<std::string, std::string, std::less<>> m_secrets;
};

}  // namespace orrery::auth
