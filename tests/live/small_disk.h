#pragma once

#include <sys/mount.h>

#include <QDeadlineTimer>
#include <QString>
#include <QTemporaryDir>
#include <QTest>
#include <boost/json.hpp>
#include <string>

#include "tests/live/http_client.h"

namespace orrery::live {

// What the tests of nearly full and full disks share.

/// A file system in memory of a given size, if this process may mount one.
class SmallDisk {
public:
    explicit SmallDisk(const char* size = "size=8m") : m_isMounted(mount(size, 0)) {}
    ~SmallDisk() {
        if (m_isMounted) ::umount2(qPrintable(path()), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    bool isMounted() const { return m_isMounted; }
    QString path() const { return m_folder.path(); }
    bool enlarge() { return mount("size=512m", MS_REMOUNT); }

private:
    bool mount(const char* options, unsigned long flags) {
        return ::mount("tmpfs", qPrintable(path()), "tmpfs", flags, options) == 0;
    }

    const QTemporaryDir m_folder;
    const bool m_isMounted;
};

inline std::string storageProblem(HttpClient& client) {
    const auto status = client.control("GET", "/status");
    const boost::json::value json = status.json();
    if (!json.is_object() || !json.as_object().contains("storageProblem")) return status.body;
    const boost::json::value& problem = json.at("storageProblem");
    return problem.is_string() ? std::string(problem.as_string()) : std::string();
}

inline bool isReadOnly(HttpClient& client) {
    return client.control("GET", "/status").body.find(R"("readOnly":true)") != std::string::npos;
}

inline bool soonSucceeds(HttpClient& client, const char* operation, const std::string& json) {
    const QDeadlineTimer patience(20'000);
    HttpClient::Answer last;
    while (!patience.hasExpired()) {
        last = client.call(operation, json);
        if (last.status == 200) return true;
    }
    qWarning("%s: %d %s", operation, last.status, last.body.c_str());
    return false;
}

/// The daemon looks for room every second.
inline void recoversByItself(HttpClient& client) {
    QTRY_VERIFY_WITH_TIMEOUT(!isReadOnly(client), 20'000);
    QCOMPARE(storageProblem(client), std::string());
}

}  // namespace orrery::live
