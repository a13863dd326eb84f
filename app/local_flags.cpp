#include "app/local_flags.h"

#include <string_view>

namespace orrery::app {
namespace {

/// "port" of "-port" and "--port"; empty for anything else.
std::string_view nameOf(std::string_view argument) {
    if (!argument.starts_with('-')) return {};
    argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
    return argument.substr(0, argument.find('='));
}

/// An option of the Java that there is not, such as -Djava.library.path=… and -Xmx256m.
bool isOfJava(std::string_view argument) {
    return argument.starts_with("-D") || argument.starts_with("-X");
}

std::string_view boolText(bool value) {
    return value ? "true" : "false";
}

}  // namespace

LocalFlags translateLocalFlags(const std::vector<std::string>& arguments) {
    LocalFlags flags;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        const std::string_view name = nameOf(argument);
        const bool oneDash = !argument.starts_with("--");
        const bool hasValue = i + 1 < arguments.size();
        if (name == "dbPath" && hasValue) {
            flags.wantsBanner = true;
            flags.dbPath = arguments[++i];
            flags.arguments.insert(flags.arguments.end(), {"--data", flags.dbPath});
        } else if (name == "inMemory") {
            flags.wantsBanner = flags.inMemory = true;
            flags.arguments.emplace_back("--memory");
        } else if (name == "sharedDb") {
            flags.wantsBanner = flags.sharedDb = true;
            flags.arguments.insert(flags.arguments.end(), {"--namespace", "shared"});
        } else if (name == "cors" && oneDash && hasValue) {
            flags.wantsBanner = true;
            flags.cors = arguments[++i];
            flags.arguments.insert(flags.arguments.end(), {"--cors", flags.cors});
        } else if (name == "delayTransientStatuses") {
            flags.wantsBanner = flags.delayTransientStatuses = true;
        } else if (name == "optimizeDbBeforeStartup" || name == "disableTelemetry" ||
                   isOfJava(argument)) {
            flags.wantsBanner = true;
        } else if (name == "port" && oneDash && hasValue) {
            flags.wantsBanner = true;
            flags.arguments.insert(flags.arguments.end(), {"--port", arguments[++i]});
        } else if (name == "jar" && oneDash && hasValue) {
            flags.wantsBanner = true;
            ++i;
        } else if ((name == "help" || name == "version") && oneDash) {
            flags.arguments.emplace_back("--" + std::string(name));
        } else {
            flags.arguments.push_back(argument);
        }
    }
    return flags;
}

std::string localBanner(const LocalFlags& flags, unsigned port, const std::string& version) {
    std::string out = "Initializing DynamoDB Local with the following configuration:\n";
    const auto line = [&](std::string_view name, std::string_view value) {
        out.append(name).append(":\t").append(value).append("\n");
    };
    line("Port", std::to_string(port));
    line("InMemory", boolText(flags.inMemory));
    line("Version", version);
    line("DbPath", flags.dbPath);
    line("SharedDb", boolText(flags.sharedDb));
    line("shouldDelayTransientStatuses", boolText(flags.delayTransientStatuses));
    line("CorsParams", flags.cors);
    out += '\n';
    return out;
}

}  // namespace orrery::app
