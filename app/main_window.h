#pragma once

#include <QDockWidget>
#include <QJsonObject>
#include <QLabel>
#include <QMainWindow>
#include <QTabWidget>

#include "app/backend.h"
#include "app/looks.h"
#include "app/world_feed.h"
#include "widgets/base/theme.h"
#include "widgets/tables/explorer_model.h"

class QActionGroup;
class QComboBox;

namespace orrery::widgets {
class ClockBar;
class ConnectPage;
class Explorer;
class ItemInspector;
class LagView;
class PartitionsView;
class RequestsView;
class StartPage;
class TablePage;
class WorldBanner;
class ZoneMap;
}  // namespace orrery::widgets

namespace orrery::app {

class ControlClient;
class SampleLoader;

/// The window: it wires views to the backend, and holds no data of its own but what is in front.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// Raised when docks or toolbars change so that a saved layout would not fit.
    static constexpr int kLayoutVersion = 2;

    /// The backend must outlive the window. `systemIsDark` is for the theme "System".
    MainWindow(Backend* backend, bool systemIsDark, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Opens the table's tab, or brings it to the front.
    void openTable(const widgets::ExplorerTarget& target);
    /// As the button on the start page does.
    void loadSample(const QString& name);
    void setTheme(widgets::Theme theme);
    void resetLayout();

    WorldFeed* feed() const { return m_feed; }
    widgets::TablePage* currentTable() const;
    QTabWidget* tabs() const { return m_tabs; }
    /// A dock by its object name: explorer, inspector, zones, requests, lag, partitions.
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
    void showMessage(const QString& text);
    const observe::RegionView* findRegion(const QString& name) const;
    const observe::TableView* findTable(const widgets::ExplorerTarget& target) const;

    // main_window_layout.cpp
    void makeCentre();
    void makeDocks();
    QDockWidget* addDock(const QString& name, const QString& title, QWidget* view,
                         Qt::DockWidgetArea area);
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
    void editItem(const widgets::ExplorerTarget& target, const QJsonObject& item);
    void deleteItems(const widgets::TablePage* page, const QList<QJsonObject>& keys);
    void lookAtInspected();
    void showShortcuts();
    void about();

    Backend* m_backend;
    const bool m_systemIsDark;
    BackendItemSource m_items;
    WorldFeed* m_feed;
    ControlClient* m_control;
    SampleLoader* m_loader;

    QTabWidget* m_tabs = nullptr;
    widgets::WorldBanner* m_banner = nullptr;
    widgets::StartPage* m_start = nullptr;
    widgets::ConnectPage* m_connect = nullptr;
    widgets::Explorer* m_explorer = nullptr;
    widgets::ItemInspector* m_inspector = nullptr;
    widgets::ZoneMap* m_zones = nullptr;
    widgets::RequestsView* m_requests = nullptr;
    widgets::LagView* m_lag = nullptr;
    widgets::PartitionsView* m_partitions = nullptr;
    widgets::ClockBar* m_clock = nullptr;
    QComboBox* m_profile = nullptr;
    QActionGroup* m_themes = nullptr;
    QLabel* m_endpointLabel = nullptr;
    QLabel* m_tablesLabel = nullptr;
    QLabel* m_rateLabel = nullptr;
    QLabel* m_lagLabel = nullptr;
    QByteArray m_defaultState;
    bool m_looking = false;  // A look at the inspected item is under way.
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

}  // namespace orrery::app
