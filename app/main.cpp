// orrery: the window with the engine and its endpoint inside.

#include <QApplication>
#include <QMessageBox>
#include <QPushButton>
#include <memory>

#include "app/embedded_backend.h"
#include "app/main_window.h"
#include "app/process.h"
#include "app/program_flags.h"
#include "app/system_theme.h"
#include "core/base/version.h"
#include "core/engine/demo.h"

namespace orrery::app {
namespace {

int run(int argc, char** argv) {
    const CommandLine line = parseCommandLine(Program::Window, {argv + 1, argv + argc});
    if (line.exitCode && line.problem.empty()) return *line.exitCode;
    prepareProcess();
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("orrery"));
    QApplication::setOrganizationName(QStringLiteral("orrery"));
    QApplication::setApplicationDisplayName(QStringLiteral("Orrery"));
    QApplication::setApplicationVersion(QString::fromStdString(std::string(kVersion)));
    QApplication::setDesktopFileName(QStringLiteral("org.orrery.Orrery"));
    const bool dark = systemIsDark();
    widgets::applyTheme(MainWindow::savedTheme(), dark);

    const auto fail = [](const std::string& reason) {
        QMessageBox box(QMessageBox::Critical, QStringLiteral("Orrery"),
                        QString::fromStdString(reason), QMessageBox::Ok);
        box.setTextFormat(Qt::PlainText);
        box.exec();
    };
    if (line.exitCode) {
        fail(line.problem);
        return *line.exitCode;
    }
    if (!line.folderNote.empty()) {
        QMessageBox box(QMessageBox::Question, QStringLiteral("Orrery"),
                        QString::fromStdString(line.folderNote), QMessageBox::Cancel);
        box.setTextFormat(Qt::PlainText);
        const QPushButton* go =
            box.addButton(QStringLiteral("Put it there"), QMessageBox::AcceptRole);
        box.exec();
        if (box.clickedButton() != go) return 1;
    }
    auto backend = EmbeddedBackend::open(line.engine);
    if (!backend) {
        fail(backend.error());
        return 1;
    }
    std::unique_ptr<engine::DemoLoader> demo;
    if (line.settings.demo) demo = std::make_unique<engine::DemoLoader>((*backend)->engine());
    MainWindow window(backend->get(), dark);
    window.show();
    return QApplication::exec();
}

}  // namespace
}  // namespace orrery::app

int main(int argc, char** argv) {
    return orrery::app::run(argc, argv);
}
