#include <QActionGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QMap>
#include <QSettings>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <ranges>
#include <utility>

#include "app/conflict_reader.h"
#include "app/control_client.h"
#include "app/main_window.h"
#include "app/step_text.h"
#include "core/exchange/samples.h"
#include "widgets/base/elided_label.h"
#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/clock/clock_bar.h"
#include "widgets/conflicts/conflicts_view.h"
#include "widgets/global/pairs_view.h"
#include "widgets/global/world_map.h"
#include "widgets/items/item_inspector.h"
#include "widgets/lag/lag_view.h"
#include "widgets/partitions/partitions_view.h"
#include "widgets/requests/requests_model.h"
#include "widgets/requests/requests_view.h"
#include "widgets/start/connect_page.h"
#include "widgets/start/start_page.h"
#include "widgets/tables/explorer.h"
#include "widgets/zones/world_banner.h"
#include "widgets/zones/zone_map.h"

namespace orrery::app {
namespace {

std::vector<widgets::StartPage::Sample> sampleCards() {
    std::vector<widgets::StartPage::Sample> cards;
    for (const exchange::SampleSet& set : exchange::sampleSets()) {
        QStringList contents;
        for (const exchange::SampleTable& table : set.tables)
            contents << QStringLiteral("%1: %2").arg(
                widgets::toQString(table.name),
                widgets::countText(static_cast<std::int64_t>(table.items.size()), "item", "items"));
        cards.push_back({widgets::toQString(set.name), widgets::toQString(set.title),
                         widgets::toQString(set.description), contents.join(u'\n')});
    }
    return cards;
}

}  // namespace

void MainWindow::makeCentre() {
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_tabs = new QTabWidget(centre);
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Pages"));
    m_tabs->setTabsClosable(true);
    // Tabs that do not fit are scrolled to: cut to a few letters, they could not be told apart.
    m_tabs->setElideMode(Qt::ElideNone);
    m_tabs->setUsesScrollButtons(true);
    m_tabs->setMovable(true);
    layout->addWidget(m_tabs, 1);
    setCentralWidget(centre);
    const QString endpoint = QString::fromStdString(m_backend->endpoint());
    const QString problem = QString::fromStdString(m_backend->endpointProblem());
    m_start = new widgets::StartPage(sampleCards(), this);
    m_start->setEndpoint(endpoint, problem);
    m_connect = new widgets::ConnectPage(this);
    m_connect->setEndpoint(endpoint, problem);
    m_connect->hide();
    showStart();
    connect(m_tabs, &QTabWidget::tabCloseRequested, this, &MainWindow::closeTab);
    connect(m_tabs, &QTabWidget::currentChanged, this, &MainWindow::onTabChanged);
    connect(m_start, &widgets::StartPage::sampleWanted, this, &MainWindow::loadSample);
    connect(m_start, &widgets::StartPage::connectWanted, this, &MainWindow::showConnect);
    connect(m_start, &widgets::StartPage::createTableWanted, this,
            [this] { createTable(QString()); });
    const auto copied = [this](const QString& what) { showMessage(tr("%1: copied").arg(what)); };
    connect(m_start, &widgets::StartPage::copied, this, copied);
    connect(m_connect, &widgets::ConnectPage::copied, this, copied);
}

void MainWindow::addDock(const ViewRow& row, QWidget* view) {
    auto* added = new QDockWidget(tr(row.title), this);
    added->setObjectName(QLatin1String(row.name));
    added->setWidget(view);
    // A dock in a row of tabs needs no title bar: its tab shows the title.
    const auto showTitle = [this, added] {
        const bool tabbed = !added->isFloating() && !tabifiedDockWidgets(added).isEmpty();
        if (tabbed == (added->titleBarWidget() != nullptr)) return;
        QWidget* old = added->titleBarWidget();
        added->setTitleBarWidget(tabbed ? new QWidget(added) : nullptr);
        delete old;
    };
    // Queued, because docks are briefly not tabbed while a layout is being restored.
    connect(added, &QDockWidget::visibilityChanged, this, showTitle, Qt::QueuedConnection);
    connect(added, &QDockWidget::topLevelChanged, this, showTitle, Qt::QueuedConnection);
    connect(added, &QDockWidget::dockLocationChanged, this, showTitle, Qt::QueuedConnection);
    // A view behind another tab must not take the keyboard focus.
    connect(added, &QDockWidget::visibilityChanged, view, &QWidget::setEnabled);
}

void MainWindow::makeDocks() {
    setDockOptions(AnimatedDocks | AllowTabbedDocks | AllowNestedDocks);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    const ViewRow* row = kViews;
#define VIEW(name, title, Widget, ...)    \
    m_##name = new widgets::Widget(this); \
    addDock(*row++, m_##name);
#include "app/views.def"
#undef VIEW
    placeDocks();
    arrangeDocks();
    connectDocks();
}

// As views.def says. In a narrow window the views on the right join the row of tabs at the bottom,
// and in a low one they share one place.
void MainWindow::placeDocks() {
    constexpr int kNarrow = 940;
    constexpr int kLow = 700;
    QDockWidget* lastBelow = nullptr;
    QDockWidget* firstRight = nullptr;
    for (const ViewRow& row : kViews) {
        QDockWidget* placed = dock(QLatin1String(row.name));
        placed->setFloating(false);
        addDockWidget(row.area, placed);
        if (*row.behind != 0) tabifyDockWidget(dock(QLatin1String(row.behind)), placed);
        if (row.area == Qt::BottomDockWidgetArea) lastBelow = placed;
        placed->show();
    }
    for (const ViewRow& row : kViews) {
        if (row.area != Qt::RightDockWidgetArea) continue;
        QDockWidget* placed = dock(QLatin1String(row.name));
        if (width() < kNarrow) {
            addDockWidget(Qt::BottomDockWidgetArea, placed);
            tabifyDockWidget(std::exchange(lastBelow, placed), placed);
        } else if (height() < kLow) {
            if (firstRight != nullptr) tabifyDockWidget(firstRight, placed);
            firstRight = placed;
        }
    }
}

void MainWindow::arrangeDocks() {
    QList<QDockWidget*> wide;
    QList<int> widths;
    QMap<Qt::DockWidgetArea, QList<QDockWidget*>> high;
    QMap<Qt::DockWidgetArea, QList<int>> heights;
    for (const ViewRow& row : kViews) {
        QDockWidget* placed = dock(QLatin1String(row.name));
        if (row.width > 0) {
            wide << placed;
            widths << std::min(row.width, width() * 3 / 10);
        }
        if (row.height > 0) {
            const Qt::DockWidgetArea area = dockWidgetArea(placed);
            high[area] << placed;
            heights[area] << std::min(row.height, height() * 35 / 100);
        }
    }
    // In the order of rows, so that the first of each row of tabs is in front in the end.
    for (const ViewRow& row : std::views::reverse(kViews))
        if (*row.behind == 0) dock(QLatin1String(row.name))->raise();
    dock(QStringLiteral("requests"))->raise();
    resizeDocks(wide, widths, Qt::Horizontal);
    for (auto area = high.cbegin(); area != high.cend(); ++area)
        resizeDocks(area.value(), heights[area.key()], Qt::Vertical);
}

void MainWindow::connectDocks() {
    m_requests->setEndpoint(QString::fromStdString(m_backend->endpoint()));
    connect(m_explorer, &widgets::Explorer::opened, this, &MainWindow::openTable);
    connect(m_explorer, &widgets::Explorer::createTableWanted, this, &MainWindow::createTable);
    connect(m_explorer, &widgets::Explorer::deleteTableWanted, this, &MainWindow::deleteTable);
    connect(m_explorer, &widgets::Explorer::addReplicaWanted, this, &MainWindow::addReplica);
    connect(m_explorer, &widgets::Explorer::removeReplicaWanted, this, &MainWindow::removeReplica);
    connect(m_zones, &widgets::ZoneMap::failZone, m_control, &ControlClient::failZone);
    connect(m_zones, &widgets::ZoneMap::cutLink, m_control, &ControlClient::cutLink);
    connect(m_zones, &widgets::ZoneMap::heal, m_control, &ControlClient::heal);
    m_world->setEndpoint(QString::fromStdString(m_backend->endpoint()));
    connect(m_world, &widgets::WorldMap::faultWanted, m_control, &ControlClient::beginFault);
    connect(m_world, &widgets::WorldMap::heal, m_control, &ControlClient::heal);
    connect(m_world, &widgets::WorldMap::clockOffsetWanted, m_control,
            &ControlClient::setClockOffset);
    const auto copied = [this](const QString& what) { showMessage(tr("%1: copied").arg(what)); };
    connect(m_replication, &widgets::PairsView::copied, this, copied);
    connect(m_conflicts, &widgets::ConflictsView::copied, this, copied);
    connect(m_conflicts, &widgets::ConflictsView::listWanted, this,
            [this] { m_conflictReader->follow(m_conflicts->table(), m_conflicts->account()); });
    connect(m_conflictReader, &ConflictReader::taken, m_conflicts,
            &widgets::ConflictsView::setList);
    connect(m_inspector, &widgets::ItemInspector::versionsWanted, this,
            &MainWindow::lookAtInspected);
    connect(m_inspector, &widgets::ItemInspector::editWanted, this,
            [this](const QJsonObject& item) {
                editItem({m_inspector->region(), m_inspector->table(), {}, m_inspector->account()},
                         item);
            });
}

void MainWindow::makeToolBar() {
    auto* bar = new QToolBar(tr("Clock and profile"), this);
    bar->setObjectName(QStringLiteral("clockBar"));
    bar->setMovable(false);
    bar->setIconSize({16, 16});
    m_clock = new widgets::ClockBar(bar);
    bar->addWidget(m_clock);
    bar->addSeparator();
    auto* label = new QLabel(tr("Profile"), bar);
    label->setProperty("muted", true);
    label->setContentsMargins(4, 0, 4, 0);
    m_profile = new QComboBox(bar);
    m_profile->setAccessibleName(tr("Profile"));
    m_profile->setToolTip(
        tr("drop-in: no delays, and tables are ready at once\n"
           "service-like: milliseconds between zones, states that take time"));
    m_profile->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_profile->addItems({QStringLiteral("drop-in"), QStringLiteral("service-like")});
    label->setBuddy(m_profile);
    bar->addWidget(label);
    bar->addWidget(m_profile);
    bar->addWidget(makeBanner(bar));
    auto* connectAction = new QAction(widgets::icon(widgets::Symbol::Connect), tr("Connect"), this);
    connectAction->setToolTip(tr("How to point an application here (Ctrl+L)"));
    connectAction->setShortcut(Qt::CTRL | Qt::Key_L);
    connectAction->setObjectName(QStringLiteral("connectAction"));
    auto* button = new QToolButton(bar);
    button->setDefaultAction(connectAction);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::StrongFocus);
    bar->addWidget(button);
    addToolBar(bar);
    connect(connectAction, &QAction::triggered, this, &MainWindow::showConnect);
    connect(m_clock, &widgets::ClockBar::stateWanted, m_control, &ControlClient::setRunning);
    connect(m_clock, &widgets::ClockBar::stepWanted, m_control, &ControlClient::step);
    connect(m_control, &ControlClient::stepped, m_banner, [this](const QJsonObject& event) {
        m_banner->setStep(stepText(event, *m_feed->snapshot()));
    });
    connect(m_clock, &widgets::ClockBar::speedWanted, m_control, &ControlClient::setSpeed);
    connect(m_profile, &QComboBox::textActivated, m_control, &ControlClient::setProfile);
    connect(m_feed, &WorldFeed::snapshotTaken, m_profile,
            [this](const observe::SnapshotPtr& snapshot) {
                const QString name = widgets::toQString(snapshot->profile);
                if (m_profile->findText(name) < 0 && !name.isEmpty()) m_profile->addItem(name);
                if (m_profile->currentText() != name) m_profile->setCurrentText(name);
            });
}

QWidget* MainWindow::makeBanner(QWidget* parent) {
    // The hidden banner keeps its space, so nothing moves under the pointer when a zone fails.
    auto* place = new QWidget(parent);
    place->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    auto* layout = new QHBoxLayout(place);
    layout->setContentsMargins(12, 0, 12, 0);
    m_banner = new widgets::WorldBanner(place);
    m_banner->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    m_banner->hide();
    layout->addWidget(m_banner);
    place->setMinimumHeight(2 * fontMetrics().lineSpacing() + 4);
    // Without a context menu the tool bar, and the banner in it, cannot be hidden.
    setContextMenuPolicy(Qt::NoContextMenu);
    connect(m_banner, &widgets::WorldBanner::healAllWanted, m_control, &ControlClient::healAll);
    connect(m_banner, &widgets::WorldBanner::runWanted, m_control,
            &ControlClient::runAtNormalSpeed);
    return place;
}

void MainWindow::makeStatusBar() {
    for (QLabel** label :
         {&m_jobsLabel, &m_endpointLabel, &m_tablesLabel, &m_rateLabel, &m_lagLabel}) {
        const bool mayBeLong = label == &m_jobsLabel;
        *label = mayBeLong ? new widgets::ElidedLabel(this) : new QLabel(this);
        (*label)->setProperty("muted", true);
        (*label)->setContentsMargins(8, 0, 8, 0);
        statusBar()->addPermanentWidget(*label);
    }
    m_jobsLabel->setObjectName(QStringLiteral("jobs"));
    m_lagLabel->setObjectName(QStringLiteral("behind"));
    m_jobsLabel->hide();
    // The rate changes with every snapshot; the labels beside it are to stay where they are.
    m_rateLabel->setMinimumWidth(fontMetrics().horizontalAdvance(tr("99,999 requests/s")) + 16);
    m_endpointLabel->setTextInteractionFlags(Qt::TextSelectableByMouse);
}

void MainWindow::resetLayout() {
    m_fullState.clear();
    m_hasHadContent = true;
    placeDocks();
    arrangeDocks();
}

void MainWindow::makeRoom(const observe::Snapshot& snapshot) {
    const bool hasContent =
        m_requests->model()->total() > 0 ||
        std::ranges::any_of(snapshot.regions, [](const observe::RegionViewPtr& region) {
            return !region->tables.empty();
        });
    if (hasContent) {
        if (!m_fullState.isEmpty()) restoreState(std::exchange(m_fullState, {}), kLayoutVersion);
        m_hasHadContent = true;
    }
    if (m_hasHadContent || !m_fullState.isEmpty()) return;
    m_fullState = saveState(kLayoutVersion);
    for (const ViewRow& row : kViews)
        if (row.area != Qt::LeftDockWidgetArea) dock(QLatin1String(row.name))->hide();
}

void MainWindow::restoreSettings() {
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    restoreState(settings.value(QStringLiteral("window/state")).toByteArray(), kLayoutVersion);
    m_themes->actions()[static_cast<int>(savedTheme())]->trigger();
}

widgets::Theme MainWindow::savedTheme() {
    const int theme = QSettings().value(QStringLiteral("window/theme"), 0).toInt();
    const bool isKnown = theme >= 0 && theme <= static_cast<int>(widgets::Theme::Dark);
    return isKnown ? static_cast<widgets::Theme>(theme) : widgets::Theme::System;
}

void MainWindow::saveSettings() {
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/state"),
                      m_fullState.isEmpty() ? saveState(kLayoutVersion) : m_fullState);
    settings.setValue(QStringLiteral("window/theme"),
                      static_cast<int>(m_themes->actions().indexOf(m_themes->checkedAction())));
}

}  // namespace orrery::app
