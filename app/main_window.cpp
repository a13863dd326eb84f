#include "app/main_window.h"

#include <QCloseEvent>
#include <QScreen>
#include <QStatusBar>
#include <QToolBar>

#include "app/conflict_reader.h"
#include "app/control_client.h"
#include "app/sample_loader.h"
#include "widgets/base/changes_behind.h"
#include "widgets/base/format.h"
#include "widgets/clock/clock_bar.h"
#include "widgets/conflicts/conflicts_view.h"
#include "widgets/global/pairs_view.h"
#include "widgets/global/world_map.h"
#include "widgets/items/item_dialog.h"
#include "widgets/items/item_inspector.h"
#include "widgets/lag/lag_view.h"
#include "widgets/partitions/partitions_view.h"
#include "widgets/requests/requests_view.h"
#include "widgets/start/connect_page.h"
#include "widgets/start/start_page.h"
#include "widgets/tables/explorer.h"
#include "widgets/tables/table_page.h"
#include "widgets/zones/world_banner.h"
#include "widgets/zones/zone_map.h"

namespace orrery::app {

constexpr int kMessageMs = 8'000;

namespace {

/// Most of the screen, between sizes that the views can fill, but never more than there is beside
/// the frame.
QSize firstSize(const QScreen* screen) {
    constexpr QSize kFrame(16, 48);
    const QSize room = screen == nullptr ? QSize() : screen->availableSize();
    return (room * 0.85)
        .boundedTo({1680, 1050})
        .expandedTo({1280, 800})
        .boundedTo((room - kFrame).expandedTo({780, 540}));
}

}  // namespace

MainWindow::MainWindow(Backend* backend, bool systemIsDark, QWidget* parent)
    : QMainWindow(parent),
      m_backend(backend),
      m_systemIsDark(systemIsDark),
      m_items(backend),
      m_feed(new WorldFeed(backend, this)),
      m_control(new ControlClient(backend, this)),
      m_conflictReader(new ConflictReader(backend, this)),
      m_loader(new SampleLoader(backend, QStringLiteral("us-east-1"), this)) {
    setWindowTitle(tr("Orrery"));
    setObjectName(QStringLiteral("mainWindow"));
    resize(firstSize(screen()));
    makeCentre();
    makeDocks();
    makeToolBar();
    makeMenus();
    makeStatusBar();
    restoreSettings();

    connect(m_feed, &WorldFeed::snapshotTaken, this, &MainWindow::onSnapshot);
    connect(m_feed, &WorldFeed::eventsTaken, this, &MainWindow::onEvents);
    connect(m_control, &ControlClient::refused, this, &MainWindow::showMessage);
    connect(m_control, &ControlClient::done, m_feed, &WorldFeed::takeSnapshot);
    connect(m_loader, &SampleLoader::progressed, m_start, &widgets::StartPage::setLoading);
    connect(m_loader, &SampleLoader::finished, this,
            [this](const QString& error, const QStringList& tables) {
                m_start->setLoading({}, -1);
                m_feed->takeSnapshot();
                if (!error.isEmpty()) return showMessage(tr("The sample stopped: %1").arg(error));
                showMessage(tr("The sample is loaded"));
                if (!tables.isEmpty())
                    openTable({QStringLiteral("us-east-1"), tables.constFirst(), {}});
            });
    m_feed->start();
}

MainWindow::~MainWindow() {
    // Child widgets emit signals while they are destroyed (docks are hidden, tabs removed), after
    // this object's own members are gone.
    hide();
    for (QObject* child : findChildren<QObject*>())
        child->disconnect(this);
}

void MainWindow::onSnapshot(const observe::SnapshotPtr& snapshot) {
    makeRoom(*snapshot);
    m_banner->setSnapshot(*snapshot);
    m_banner->setVisible(!m_banner->text().isEmpty());
    m_clock->setSnapshot(*snapshot);
    m_explorer->setSnapshot(snapshot);
    m_requests->setRegions(*snapshot);
    nameTabs();
    m_zones->setSnapshot(snapshot);
    m_world->setSnapshot(snapshot);
    m_replication->setSnapshot(snapshot);
    widgets::TablePage* page = currentTable();
    m_conflicts->setSnapshot(*snapshot);
    if (page != nullptr) m_conflicts->setTableInFront(page->target().table, page->target().account);
    // A view behind another tab is not enabled.
    if (m_conflicts->isEnabled()) m_conflictReader->setSnapshot(*snapshot);
    if (page != nullptr)
        page->setTable(findRegion(page->target().region), findTable(page->target()));
    m_partitions->setTable(page == nullptr ? nullptr : findTable(page->target()),
                           page == nullptr ? QString() : page->target().index);
    m_zones->setCurrentRegion(page == nullptr ? QString() : page->target().region);
    m_lag->setScope(page != nullptr             ? page->target().region
                    : snapshot->regions.empty() ? QString()
                                                : widgets::toQString(snapshot->regions[0]->name),
                    page == nullptr
                        ? QString()
                        : widgets::tableText(page->target().table, page->target().account));
    m_lag->setSnapshot(snapshot);
    lookAtInspected();
    updateStatus();
}

void MainWindow::onEvents(const std::vector<observe::Event>& events) {
    m_requests->append(events);
}

const observe::RegionView* MainWindow::findRegion(const QString& name) const {
    const std::string wanted = name.toStdString();
    for (const observe::RegionViewPtr& region : m_feed->snapshot()->regions)
        if (region->name == wanted) return region.get();
    return nullptr;
}

const observe::TableView* MainWindow::findTable(const widgets::ExplorerTarget& target) const {
    const observe::RegionView* region = findRegion(target.region);
    if (region == nullptr) return nullptr;
    const std::string wanted = target.table.toStdString();
    for (const observe::TableViewPtr& table : region->tables)
        if (table->name == wanted && widgets::accountOf(*table) == target.account)
            return table.get();
    return nullptr;
}

bool MainWindow::hasManyRegions() const {
    return m_feed->snapshot() != nullptr && m_feed->snapshot()->regions.size() > 1;
}

QString MainWindow::tableTitle(const widgets::ExplorerTarget& target) const {
    const QString name = widgets::tableText(target.table, target.account);
    return hasManyRegions() ? tr("%1 in %2").arg(name, target.region) : name;
}

QString MainWindow::tabTitle(const widgets::ExplorerTarget& target) const {
    // A name may have 255 characters. What is cut from its middle stands in the tool tip.
    const int widest =
        fontMetrics().horizontalAdvance(QStringLiteral("Some thirty letters in ap-northeast-1"));
    return fontMetrics().elidedText(tableTitle(target), Qt::ElideMiddle, widest);
}

void MainWindow::nameTabs() {
    for (int tab = 0; tab < m_tabs->count(); ++tab) {
        const auto* page = qobject_cast<widgets::TablePage*>(m_tabs->widget(tab));
        if (page == nullptr) continue;
        const QString title = tabTitle(page->target());
        if (m_tabs->tabText(tab) != title) m_tabs->setTabText(tab, title);
    }
    const int current = m_tabs->currentIndex();
    const widgets::TablePage* front = currentTable();
    setWindowTitle(current < 0 ? tr("Orrery")
                               : tr("%1 – Orrery")
                                     .arg(front != nullptr ? tableTitle(front->target())
                                                           : m_tabs->tabText(current)));
}

widgets::TablePage* MainWindow::currentTable() const {
    return qobject_cast<widgets::TablePage*>(m_tabs->currentWidget());
}

void MainWindow::openTable(const widgets::ExplorerTarget& target) {
    for (int tab = 0; tab < m_tabs->count(); ++tab) {
        auto* page = qobject_cast<widgets::TablePage*>(m_tabs->widget(tab));
        if (page == nullptr || page->target().region != target.region ||
            page->target().table != target.table || page->target().account != target.account)
            continue;
        page->setIndex(target.index);
        m_tabs->setCurrentIndex(tab);
        onTabChanged();
        return;
    }
    auto* page = new widgets::TablePage(&m_items, target);
    connect(page, &widgets::TablePage::itemSelected, this,
            [this, page](const QJsonObject& key, const QString& keyText) {
                m_inspector->setKey(page->target().region, page->target().table, key, keyText,
                                    page->target().account);
            });
    connect(page, &widgets::TablePage::putItemWanted, this,
            [this, page] { editItem(page->target(), QJsonObject()); });
    connect(page, &widgets::TablePage::editItemWanted, this,
            [this, page](const QJsonObject& item) { editItem(page->target(), item); });
    connect(page, &widgets::TablePage::deleteItemsWanted, this,
            [this, page](const QList<QJsonObject>& items) { deleteItems(page->target(), items); });
    connect(page, &widgets::TablePage::targetChanged, this, &MainWindow::onTabChanged);
    const int tab = m_tabs->addTab(page, tabTitle(target));
    m_tabs->setTabToolTip(
        tab, tr("%1 in %2").arg(widgets::tableText(target.table, target.account), target.region));
    m_tabs->setCurrentIndex(tab);
    page->grid()->table()->setFocus();
}

void MainWindow::loadSample(const QString& name) {
    m_loader->load(name);
}

void MainWindow::onTabChanged() {
    if (m_feed->snapshot() != nullptr) onSnapshot(m_feed->snapshot());
    if (const widgets::TablePage* page = currentTable()) m_explorer->setCurrent(page->target());
    nameTabs();
}

void MainWindow::closeTab(int tab) {
    QWidget* page = m_tabs->widget(tab);
    m_tabs->removeTab(tab);
    // The start and connect pages are reused; a table's page is created again when it is opened.
    if (qobject_cast<widgets::TablePage*>(page) != nullptr) page->deleteLater();
    if (m_tabs->count() == 0) showStart();
}

void MainWindow::showStart() {
    if (m_tabs->indexOf(m_start) < 0) m_tabs->insertTab(0, m_start, tr("Start"));
    m_tabs->setCurrentWidget(m_start);
}

void MainWindow::showConnect() {
    if (m_tabs->indexOf(m_connect) < 0) m_tabs->addTab(m_connect, tr("Connect"));
    m_tabs->setCurrentWidget(m_connect);
}

void MainWindow::updateStatus() {
    const observe::Snapshot& snapshot = *m_feed->snapshot();
    std::int64_t tables = 0;
    std::uint64_t records = 0;
    Duration lag{};
    for (const observe::RegionViewPtr& region : snapshot.regions) {
        tables += static_cast<std::int64_t>(region->tables.size());
        for (const observe::ZoneView& zone : region->zones) {
            records += zone.lagRecords;
            lag = std::max(lag, zone.lag);
        }
    }
    const QString endpoint = QString::fromStdString(m_backend->endpoint());
    m_endpointLabel->setText(endpoint.isEmpty() ? tr("No endpoint") : endpoint);
    m_endpointLabel->setToolTip(
        endpoint.isEmpty() ? QString::fromStdString(m_backend->endpointProblem())
        : m_backend->dataFolder().empty()
            ? tr("Data is kept in memory only")
            : tr("Data folder: %1").arg(QString::fromStdString(m_backend->dataFolder())));
    m_tablesLabel->setText(widgets::countText(tables, "table", "tables"));
    const QString rate = widgets::rateText(m_feed->requestsPerSecond());
    m_rateLabel->setText((rate == u"1" ? tr("%1 request/s") : tr("%1 requests/s")).arg(rate));
    QStringList behind;
    if (records > 0) behind << tr("Zones: %1").arg(widgets::behindText(records, lag));
    if (const std::uint64_t changes = widgets::changesBehind(snapshot); changes > 0)
        behind << tr("Regions: %1").arg(widgets::changesBehindText(changes));
    m_lagLabel->setText(behind.isEmpty() ? tr("No replica is behind")
                                         : behind.join(QStringLiteral(" · ")));
    showJobs(snapshot.jobs);
}

// The oldest job, and in the tool tip all of them.
void MainWindow::showJobs(const std::vector<observe::JobView>& jobs) {
    QStringList lines;
    for (const observe::JobView& job : jobs)
        lines << widgets::jobText(job);
    m_jobsLabel->setVisible(!lines.isEmpty());
    if (lines.isEmpty()) return;
    m_jobsLabel->setText(lines.size() == 1
                             ? lines.first()
                             : tr("%1 (and %2 more)").arg(lines.first()).arg(lines.size() - 1));
    m_jobsLabel->setToolTip(lines.join(u'\n'));
}

void MainWindow::showMessage(const QString& text) {
    statusBar()->showMessage(text, kMessageMs);
}

QDockWidget* MainWindow::dock(const QString& name) const {
    return findChild<QDockWidget*>(name);
}

void MainWindow::setTheme(widgets::Theme theme) {
    widgets::applyTheme(theme, m_systemIsDark);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    // An item that is not saved asks first.
    for (auto* dialog : findChildren<widgets::ItemDialog*>()) {
        if (!dialog->isVisible()) continue;
        dialog->reject();
        if (dialog->isVisible()) return event->ignore();
    }
    saveSettings();
    QMainWindow::closeEvent(event);
}

}  // namespace orrery::app
