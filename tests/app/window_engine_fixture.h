#pragma once

#include <QJsonObject>
#include <functional>
#include <memory>
#include <optional>

#include "app/embedded_backend.h"
#include "app/main_window.h"

namespace orrery::test {

/// The real window over a real engine in memory, without a port and with the profile drop-in. A
/// table "Orders" with the key id (S) has a global index "ByDay" on day (S) that projects only
/// keys.
class WindowEngine {
public:
    WindowEngine();
    ~WindowEngine();

    app::EmbeddedBackend& backend() { return *m_backend; }
    app::MainWindow& window() { return *m_window; }

    /// A call of an application; waits for the answer. The body is empty unless the call succeeded.
    app::Backend::Answer call(const char* operation, const QJsonObject& request,
                              const Scope& scope = "us-east-1");
    void put(const QJsonObject& item);
    /// Uses a strong read; empty if there is no item.
    QJsonObject get(const QString& id);
    /// Opens the table's page, or the index's, and waits for `rows` rows.
    void open(const QString& index, int rows);
    /// Fails a zone, and waits until others lead its partitions.
    void failZone(const QString& zone);
    /// A visible child of the window; waits for it.
    template <typename Widget>
    Widget* shown() {
        const auto find = [this]() -> Widget* {
            for (Widget* widget : m_window->findChildren<Widget*>())
                if (widget->isVisible()) return widget;
            return nullptr;
        };
        (void)waitFor([&find] { return find() != nullptr; });
        return find();
    }
    /// False if it does not hold within some seconds.
    [[nodiscard]] static bool waitFor(const std::function<bool()>& holds);

private:
    std::unique_ptr<app::EmbeddedBackend> m_backend;
    std::unique_ptr<app::MainWindow> m_window;
};

/// "{\"S\": \"x\"}" and so on.
QJsonObject parsed(const QByteArray& json);

}  // namespace orrery::test
