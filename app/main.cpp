// orrery: the window with the engine and its endpoint inside.

#include <CLI/CLI.hpp>
#include <QApplication>
#include <QMessageBox>
#include <QStandardPaths>
#include <filesystem>

#include "app/embedded_backend.h"
#include "app/main_window.h"
#include "app/system_theme.h"
#include "core/base/version.h"
#include "core/engine/demo.h"

namespace orrery::app {
namespace {

struct Settings {
    std::string data;
    std::uint16_t port = 8000;
    bool memory = false;
    bool demo = false;
    std::uint64_t seed = 0;
    std::string profile;  ///< Empty: not asked for.
};

void addOptions(CLI::App& app, Settings& settings) {
    app.set_version_flag("--version", std::string(kVersion));
    auto* data = app.add_option("--data", settings.data, "Data folder");
    app.add_flag("--memory", settings.memory, "Keep everything in memory")->excludes(data);
    app.add_option("--port", settings.port, "Port to listen on; 0 takes a free one")
        ->capture_default_str();
    app.add_option("--profile", settings.profile,
                   "drop-in: the service on a perfect day; service-like: with its delays. Kept in "
                   "the data folder; without it the last one chosen there, else service-like")
        ->check(CLI::IsMember({"drop-in", "service-like"}));
    app.add_option("--seed", settings.seed, "Where all randomness comes from")
        ->capture_default_str();
    app.add_flag("--demo", settings.demo, "Load the sample tables");
}

engine::EngineOptions engineOptions(const Settings& settings) {
    engine::EngineOptions options;
    if (!settings.memory) {
        // The same folder as orreryd's: $XDG_DATA_HOME/orrery.
        const QString shared =
            QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
        options.dataFolder = settings.data.empty()
                                 ? std::filesystem::path(shared.toStdString()) / "orrery"
                                 : std::filesystem::path(settings.data);
    }
    options.profile = cluster::Profile::serviceLike();
    if (const auto* profile = cluster::Profile::find(settings.profile)) {
        options.profile = *profile;
        options.profileIsChosen = true;
    }
    options.seed = settings.seed;
    options.port = settings.port;
    // A window without an endpoint is still of use, and says so.
    options.portRequired = false;
    return options;
}

int run(int argc, char** argv) {
    Settings settings;
    CLI::App options("A local Amazon DynamoDB that a person can look inside", "orrery");
    addOptions(options, settings);
    try {
        options.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return options.exit(error);
    }
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("orrery"));
    QApplication::setOrganizationName(QStringLiteral("orrery"));
    QApplication::setApplicationDisplayName(QStringLiteral("Orrery"));
    QApplication::setApplicationVersion(QString::fromStdString(std::string(kVersion)));
    QApplication::setDesktopFileName(QStringLiteral("org.orrery.Orrery"));
    const bool dark = systemIsDark();
    widgets::applyTheme(widgets::Theme::System, dark);

    auto backend = EmbeddedBackend::open(engineOptions(settings));
    if (!backend) {
        QMessageBox::critical(nullptr, QStringLiteral("Orrery"),
                              QString::fromStdString(backend.error()));
        return 1;
    }
    std::unique_ptr<engine::DemoLoader> demo;
    if (settings.demo) demo = std::make_unique<engine::DemoLoader>((*backend)->engine());
    MainWindow window(backend->get(), dark);
    window.show();
    return QApplication::exec();
}

}  // namespace
}  // namespace orrery::app

int main(int argc, char** argv) {
    return orrery::app::run(argc, argv);
}
