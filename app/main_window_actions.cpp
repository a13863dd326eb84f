#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMenuBar>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>

#include "app/control_client.h"
#include "app/item_removal.h"
#include "app/main_window.h"
#include "widgets/base/format.h"
#include "widgets/base/icons.h"
#include "widgets/clock/clock_bar.h"
#include "widgets/items/item_inspector.h"
#include "widgets/partitions/partitions_view.h"
#include "widgets/requests/requests_view.h"
#include "widgets/tables/add_replica_dialog.h"
#include "widgets/tables/create_table_dialog.h"
#include "widgets/tables/delete_table_dialog.h"
#include "widgets/tables/explorer.h"
#include "widgets/tables/key_names.h"
#include "widgets/tables/remove_replica_dialog.h"
#include "widgets/tables/table_page.h"

namespace orrery::app {
namespace {

std::string compact(const QJsonObject& object) {
    return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

void bringToFront(QDockWidget* dock) {
    dock->show();
    dock->raise();
}

bool takesFocus(const QWidget* widget) {
    return widget->isVisible() && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus);
}

/// Gives the keyboard to the control of the view that had it last, else to the view's main part,
/// else to its first control. A view without controls takes no focus: nobody would see it there.
void focusIn(QWidget* view) {
    QWidget* wanted = view->focusWidget();
    if (wanted == nullptr || !takesFocus(wanted)) wanted = view->focusProxy();
    if (wanted == nullptr || !takesFocus(wanted)) {
        wanted = view->nextInFocusChain();
        while (wanted != view && !(view->isAncestorOf(wanted) && takesFocus(wanted)))
            wanted = wanted->nextInFocusChain();
    }
    if (wanted != view) wanted->setFocus(Qt::ShortcutFocusReason);
}

QString goneText(const widgets::ExplorerTarget& target) {
    return MainWindow::tr("%1 no longer exists in %2")
        .arg(widgets::tableText(target.table, target.account), target.region);
}

}  // namespace

void MainWindow::makeMenus() {
    using widgets::icon;
    using widgets::Symbol;
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->addAction(icon(Symbol::Add), tr("&Create table…"), QKeySequence::New, this,
                    [this] { createTable(m_explorer->current().region); });
    file->addAction(icon(Symbol::Connect), tr("Co&nnect an application"), this,
                    &MainWindow::showConnect);
    file->addAction(tr("&Start page"), this, &MainWindow::showStart);
    file->addSeparator();
    file->addAction(tr("Close &tab"), QKeySequence::Close, this,
                    [this] { closeTab(m_tabs->currentIndex()); });
    file->addAction(tr("&Quit"), QKeySequence::Quit, this, &QWidget::close);

    QMenu* items = menuBar()->addMenu(tr("&Data"));
    items->addAction(icon(Symbol::Add), tr("&Put item…"), Qt::CTRL | Qt::Key_I, this, [this] {
        if (const widgets::TablePage* page = currentTable())
            editItem(page->target(), QJsonObject());
    });
    QAction* refresh = items->addAction(icon(Symbol::Refresh), tr("&Refresh"), this, [this] {
        m_feed->takeSnapshot();
        if (widgets::TablePage* page = currentTable()) page->refresh();
    });
    refresh->setShortcuts({QKeySequence(Qt::Key_F5), QKeySequence(Qt::CTRL | Qt::Key_R)});
    const auto addForTable = [this, items](
                                 Symbol symbol, const QString& text,
                                 void (MainWindow::*act)(const widgets::ExplorerTarget&)) {
        items->addAction(icon(symbol), text, this, [this, act] {
            if (const widgets::TablePage* page = currentTable())
                (this->*act)(page->target());
            else if (m_explorer->current().isTable())
                (this->*act)(m_explorer->current());
        });
    };
    items->addSeparator();
    addForTable(Symbol::Region, tr("Add replica in Re&gion…"), &MainWindow::addReplica);
    addForTable(Symbol::Remove, tr("Remove rep&lica…"), &MainWindow::removeReplica);
    items->addSeparator();
    addForTable(Symbol::Remove, tr("&Delete table…"), &MainWindow::deleteTable);

    QMenu* world = menuBar()->addMenu(tr("&World"));
    world->addAction(m_clock->runAction());
    world->addAction(m_clock->stepAction());
    world->addAction(icon(Symbol::Clock), tr("Run at &real time"), this,
                     [this] { m_control->runAtNormalSpeed(); });
    world->addSeparator();
    world->addAction(icon(Symbol::Heal), tr("&Heal everything"), Qt::CTRL | Qt::SHIFT | Qt::Key_H,
                     this, [this] { m_control->healAll(); });
    makeViewMenu();
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("&Keyboard shortcuts"), QKeySequence(Qt::Key_F1), this,
                    &MainWindow::showShortcuts);
    help->addSeparator();
    help->addAction(tr("&About Orrery"), this, &MainWindow::about);
    help->addAction(tr("About &Qt"), qApp, &QApplication::aboutQt);
}

void MainWindow::makeViewMenu() {
    QMenu* view = menuBar()->addMenu(tr("&View"));
    for (const ViewRow& row : kViews) {
        QDockWidget* docked = dock(QLatin1String(row.name));
        auto* focus = new QAction(this);
        focus->setShortcut(row.shortcut());
        connect(focus, &QAction::triggered, docked, [docked] {
            bringToFront(docked);
            focusIn(docked->widget());
        });
        addAction(focus);
        // The check mark stands for a view in sight. The toggleViewAction of the dock would also
        // check, and then close, a view that is open behind another tab.
        QAction* show = view->addAction(docked->windowTitle() + u'\t' +
                                        focus->shortcut().toString(QKeySequence::NativeText));
        show->setCheckable(true);
        connect(docked, &QDockWidget::visibilityChanged, show, &QAction::setChecked);
        connect(show, &QAction::triggered, docked, [docked](bool wanted) {
            if (wanted)
                bringToFront(docked);
            else
                docked->close();
        });
    }
    view->addSeparator();
    view->addAction(tr("&Find or filter"), QKeySequence::Find, this, &MainWindow::find);
    view->addAction(tr("Filter &requests"), Qt::CTRL | Qt::SHIFT | Qt::Key_F, this,
                    &MainWindow::filterRequests);
    QMenu* themes = view->addMenu(tr("&Theme"));
    m_themes = new QActionGroup(this);
    for (const auto& [text, theme] : {std::pair(tr("&System"), widgets::Theme::System),
                                      std::pair(tr("&Light"), widgets::Theme::Light),
                                      std::pair(tr("&Dark"), widgets::Theme::Dark)}) {
        QAction* action = themes->addAction(text, this, [this, t = theme] { setTheme(t); });
        action->setCheckable(true);
        m_themes->addAction(action);
    }
    view->addSeparator();
    view->addAction(tr("Reset &layout"), Qt::CTRL | Qt::Key_0, this, &MainWindow::resetLayout);
}

void MainWindow::filterRequests() {
    bringToFront(dock(QStringLiteral("requests")));
    m_requests->filterLine()->setFocus(Qt::ShortcutFocusReason);
}

// Where the person is: in the explorer, in the items of a table, or among the requests.
void MainWindow::find() {
    const QWidget* focus = QApplication::focusWidget();
    const auto isIn = [focus](const QWidget* view) {
        return view != nullptr && focus != nullptr && view->isAncestorOf(focus);
    };
    if (isIn(m_explorer)) return m_explorer->filterLine()->setFocus(Qt::ShortcutFocusReason);
    if (isIn(currentTable())) return currentTable()->grid()->beginFind();
    filterRequests();
}

void MainWindow::createTable(const QString& region) {
    QStringList regions;
    for (const observe::RegionViewPtr& view : m_feed->snapshot()->regions)
        regions << widgets::toQString(view->name);
    auto* dialog = new widgets::CreateTableDialog(regions, region, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &widgets::CreateTableDialog::createWanted, this, [this, dialog] {
        const QString where = dialog->region();
        const QJsonObject request = dialog->request();
        dialog->setSending(m_feed->snapshot()->clock.state == observe::ClockState::Paused);
        m_backend->call(
            where.toStdString(), "CreateTable", compact(request),
            [this, where, request, alive = std::weak_ptr(m_alive),
             guard = QPointer(dialog)](const Backend::Answer& answer) {
                if (alive.expired()) return;
                if (!succeeded(answer)) {
                    if (guard != nullptr)
                        guard->setRefusal(errorText(answer, *m_feed->snapshot(), where));
                    return;
                }
                if (guard != nullptr) guard->accept();
                m_feed->takeSnapshot();
                openTable({where, request[QLatin1String("TableName")].toString(), {}});
            });
    });
    dialog->show();
}

void MainWindow::deleteTable(const widgets::ExplorerTarget& target) {
    const observe::TableView* table = findTable(target);
    if (table == nullptr) return showMessage(goneText(target));
    auto* dialog =
        new widgets::DeleteTableDialog(target.table, tableTitle(target), table->itemCount, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, target] {
        m_backend->call(scopeOf(target.region, target.account), "DeleteTable",
                        compact({{QStringLiteral("TableName"), target.table}}),
                        [this, region = target.region,
                         alive = std::weak_ptr(m_alive)](const Backend::Answer& answer) {
                            if (alive.expired()) return;
                            if (!succeeded(answer))
                                showMessage(errorText(answer, *m_feed->snapshot(), region));
                            m_feed->takeSnapshot();
                        });
    });
    dialog->open();
}

void MainWindow::addReplica(const widgets::ExplorerTarget& target) {
    const observe::TableView* table = findTable(target);
    if (table == nullptr) return showMessage(goneText(target));
    const QString contents =
        tr("%1 (%2)").arg(widgets::countText(table->itemCount, "item", "items"),
                          widgets::bytesText(table->itemBytes));
    auto* dialog = new widgets::AddReplicaDialog(
        target, widgets::replicaRegions(*m_feed->snapshot(), target), contents, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &widgets::AddReplicaDialog::addWanted, this, [this, dialog, target] {
        const QString done = tr("%1 gets a replica in %2").arg(target.table, dialog->region());
        dialog->setSending();
        changeReplicas(scopeOf(target.region, target.account), dialog->request(), dialog, done);
    });
    dialog->show();
}

void MainWindow::removeReplica(const widgets::ExplorerTarget& target) {
    const QStringList replicas = widgets::replicaRegions(*m_feed->snapshot(), target);
    if (replicas.size() < 2)
        return showMessage(tr("%1 has no replica in another Region").arg(tableTitle(target)));
    auto* dialog = new widgets::RemoveReplicaDialog(target, replicas, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &widgets::RemoveReplicaDialog::removeWanted, this, [this, dialog, target] {
        const QString done =
            tr("The replica of %1 in %2 is being removed").arg(target.table, dialog->region());
        dialog->setSending();
        changeReplicas(scopeOf(dialog->requestRegion(), target.account), dialog->request(), dialog,
                       done);
    });
    dialog->show();
}

template <typename Dialog>
void MainWindow::changeReplicas(const Scope& scope, const QJsonObject& request, Dialog* dialog,
                                const QString& done) {
    m_backend->call(
        scope, "UpdateTable", compact(request),
        [this, done, region = QString::fromStdString(scope.region), alive = std::weak_ptr(m_alive),
         guard = QPointer(dialog)](const Backend::Answer& answer) {
            if (alive.expired()) return;
            m_feed->takeSnapshot();
            if (succeeded(answer)) {
                if (guard != nullptr) guard->accept();
                return showMessage(done);
            }
            const QString why = errorText(answer, *m_feed->snapshot(), region);
            if (guard != nullptr)
                guard->setRefusal(why);
            else
                showMessage(why);
        });
}

std::optional<EditedTable> MainWindow::editedTable(const widgets::ExplorerTarget& target) {
    const observe::TableView* table = findTable(target);
    if (table == nullptr) {
        showMessage(goneText(target));
        return std::nullopt;
    }
    QStringList keyNames{widgets::toQString(table->partitionKeyName)};
    if (!table->sortKeyName.empty()) keyNames << widgets::toQString(table->sortKeyName);
    return EditedTable{target.region,
                       target.table,
                       tableTitle(target),
                       keyNames,
                       widgets::emptyKeyOf(widgets::toQString(table->keys)),
                       target.account};
}

void MainWindow::editItem(const widgets::ExplorerTarget& target, const QJsonObject& item) {
    const std::optional<EditedTable> table = editedTable(target);
    if (!table) return;
    auto* edit = new ItemEdit(m_backend, *table, item, this);
    connect(edit, &ItemEdit::written, m_feed, &WorldFeed::takeSnapshot);
    connect(edit, &ItemEdit::message, this, &MainWindow::showMessage);
}

void MainWindow::deleteItems(const widgets::ExplorerTarget& target,
                             const QList<QJsonObject>& items) {
    if (items.isEmpty()) return;
    const std::optional<EditedTable> table = editedTable(target);
    if (!table) return;
    // An index may show a part of each item.
    auto* removal = new ItemRemoval(m_backend, *table, items, target.index.isEmpty(), this);
    connect(removal, &ItemRemoval::written, m_feed, &WorldFeed::takeSnapshot);
    connect(removal, &ItemRemoval::message, this, &MainWindow::showMessage);
    removal->ask();
}

void MainWindow::lookAtInspected() {
    // The look also provides the mark on the partition bar, so it runs even if the inspector is
    // hidden.
    if (m_inspector->key().isEmpty()) return m_partitions->setMark({});
    if (m_looking) return;
    m_looking = true;
    const auto lookTarget = [this] {
        return itemTarget(m_inspector->region(), m_inspector->table(), m_inspector->key(),
                          m_inspector->account());
    };
    const std::string target = lookTarget();
    m_backend->control(
        "GET", target, {},
        [this, target, lookTarget, alive = std::weak_ptr(m_alive)](const Backend::Answer& answer) {
            if (alive.expired()) return;
            m_looking = false;
            // The person selected another item in the meantime, perhaps one with the same key in
            // another table, so look at that item.
            if (target != lookTarget()) return lookAtInspected();
            const widgets::ItemVersions versions = parseItemVersions(answer);
            m_inspector->setVersions(versions);
            const widgets::TablePage* page = currentTable();
            const bool here = versions.error.isEmpty() && page != nullptr &&
                              page->target().table == m_inspector->table() &&
                              page->target().region == m_inspector->region() &&
                              page->target().account == m_inspector->account() &&
                              page->target().index.isEmpty();
            m_partitions->setMark(here ? std::optional(versions.position) : std::nullopt);
        });
}

void MainWindow::showShortcuts() {
    QStringList rows;
    const auto add = [&rows](QString what, const QString& keys) {
        what = what.section(u'\t', 0, 0).remove(u'&').remove(u'…');
        rows << QStringLiteral(
                    "<tr><td style=\"padding:2px 24px 2px 0\">%1</td>"
                    "<td style=\"padding:2px 0\">%2</td></tr>")
                    .arg(what.toHtmlEscaped(), keys.toHtmlEscaped());
    };
    for (const QAction* menu : menuBar()->actions())
        for (const QAction* action : menu->menu()->actions()) {
            const QString keys = action->shortcut().toString(QKeySequence::NativeText);
            const QString shown = keys.isEmpty() ? action->text().section(u'\t', 1) : keys;
            if (!shown.isEmpty()) add(action->text(), shown);
        }
    add(tr("Connect an application"), tr("Ctrl+L"));
    add(tr("In the grid: edit or delete the item"), tr("Return, Del"));
    add(tr("In the grid: first or last item of the table"), tr("Ctrl+Home, Ctrl+End"));
    add(tr("On a zone, a Region or a link: break or heal it"), tr("Space"));
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("Keyboard shortcuts"),
                                QStringLiteral("<table>%1</table>").arg(rows.join(QString())),
                                QMessageBox::Close, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

void MainWindow::about() {
    QMessageBox::about(
        this, tr("About Orrery"),
        tr("<h3>Orrery %1</h3><p>A local Amazon DynamoDB that a person can look inside.</p>"
           "<p>Free software under the GNU General Public License, version 3 or later. Not "
           "affiliated with Amazon; DynamoDB is a trademark of its owner. It sends nothing "
           "anywhere.</p>")
            .arg(QApplication::applicationVersion()));
}

}  // namespace orrery::app
