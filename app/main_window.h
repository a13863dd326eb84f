#pragma once

#include <QDockWidget>
#include <QJsonObject>
#include <QLabel>
#include <QMainWindow>
#include <QTabWidget>

#include "app/backend.h"
#include "app/item_edit.h"
#include "app/looks.h"
#include "app/views.h"
#include "app/world_feed.h"
#include "widgets/base/theme.h"
#include "widgets/tables/explorer_model.h"

class QActionGroup;
class QComboBox;

namespace orrery::widgets {
class ClockBar;
class ConnectPage;
class StartPage;
class TablePage;
class WorldBanner;
#define VIEW(name, title, Widget, ...) class Widget;
#include "app/views.def"
#undef VIEW
}  // namespace orrery::widgets

namespace orrery::app {

class ConflictReader;
class ControlClient;
class SampleLoader;

/// The main window. It connects the views to the backend and owns no data.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// The version of saved layouts. A layout of another version is not restored.
    static constexpr int kLayoutVersion = layoutVersion(2);

    /// The backend must outlive the window. `systemIsDark` is for the theme "System".
    MainWindow(Backend* backend, bool systemIsDark, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Opens the table's tab, or brings it to the front.
    void openTable(const widgets::ExplorerTarget& target);
    /// Loads a sample data set, like the button on the start page.
    void loadSample(const QString& name);
    void setTheme(widgets::Theme theme);
    /// The one that the person chose last; dialogs before the window have it too.
    static widgets::Theme savedTheme();
    void resetLayout();

    WorldFeed* feed() const { return m_feed; }
    widgets::TablePage* currentTable() const;
    QTabWidget* tabs() const { return m_tabs; }
    /// A dock by its name in views.def.
    QDockWidget* dock(const QString& name) const;

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    // main_window.cpp
    void onSnapshot(const observe::SnapshotPtr& snapshot);
    void onEvents(const std::vector<observe::Event>& events);
    void onTabChanged();
    void closeTab(int tab);
    void showStart();
    void showConnect();
    void updateStatus();
    void showJobs(const std::vector<observe::JobView>& jobs);
    void showMessage(const QString& text);
    const observe::RegionView* findRegion(const QString& name) const;
    const observe::TableView* findTable(const widgets::ExplorerTarget& target) const;
    bool hasManyRegions() const;
    /// The name of a table for people: with its Region if there are several.
    QString tableTitle(const widgets::ExplorerTarget& target) const;
    /// The same, shortened for a tab.
    QString tabTitle(const widgets::ExplorerTarget& target) const;
    void nameTabs();

    // main_window_layout.cpp
    void makeCentre();
    void makeDocks();
    void addDock(const ViewRow& row, QWidget* view);
    void placeDocks();
    void arrangeDocks();
    /// Hides the views that have nothing to show as long as there is no table and no request.
    void makeRoom(const observe::Snapshot& snapshot);
    void connectDocks();
    void makeToolBar();
    QWidget* makeBanner(QWidget* parent);
    void makeStatusBar();
    void restoreSettings();
    void saveSettings();

    // main_window_actions.cpp
    void makeMenus();
    void makeViewMenu();
    void createTable(const QString& region);
    void deleteTable(const widgets::ExplorerTarget& target);
    void addReplica(const widgets::ExplorerTarget& target);
    void removeReplica(const widgets::ExplorerTarget& target);
    /// Sends UpdateTable for a dialog, which stays open and says why if it is refused.
    template <typename Dialog>
    void changeReplicas(const Scope& scope, const QJsonObject& request, Dialog* dialog,
                        const QString& done);
    /// `item` is the item as a view shows it; empty for a new item.
    void editItem(const widgets::ExplorerTarget& target, const QJsonObject& item);
    void deleteItems(const widgets::ExplorerTarget& target, const QList<QJsonObject>& items);
    /// Shows a message and returns nothing if the table no longer exists.
    std::optional<EditedTable> editedTable(const widgets::ExplorerTarget& target);
    void lookAtInspected();
    void find();
    void filterRequests();
    void showShortcuts();
    void about();

    Backend* m_backend;
    const bool m_systemIsDark;
    BackendItemSource m_items;
    WorldFeed* m_feed;
    ControlClient* m_control;
    ConflictReader* m_conflictReader;
    SampleLoader* m_loader;

    QTabWidget* m_tabs = nullptr;
    widgets::WorldBanner* m_banner = nullptr;
    widgets::StartPage* m_start = nullptr;
    widgets::ConnectPage* m_connect = nullptr;
#define VIEW(name, title, Widget, ...) widgets::Widget* m_##name = nullptr;
#include "app/views.def"
#undef VIEW
    widgets::ClockBar* m_clock = nullptr;
    QComboBox* m_profile = nullptr;
    QActionGroup* m_themes = nullptr;
    QLabel* m_endpointLabel = nullptr;
    QLabel* m_tablesLabel = nullptr;
    QLabel* m_rateLabel = nullptr;
    QLabel* m_lagLabel = nullptr;
    QLabel* m_jobsLabel = nullptr;
    QByteArray m_fullState;  // The layout before makeRoom; empty: nothing is hidden.
    bool m_hasHadContent = false;
    bool m_looking = false;  // A look at the inspected item is in flight.
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

}  // namespace orrery::app
