#include "widgets/requests/request_details.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/base/attribute_text.h"
#include "widgets/base/format.h"
#include "widgets/base/icons.h"

namespace orrery::widgets {
namespace {

QLabel* makeLine(QWidget* parent, const char* property) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setFocusPolicy(Qt::ClickFocus);
    label->setProperty(property, true);
    return label;
}

}  // namespace

QString freshnessText(const observe::RequestServed& r) {
    if (r.kind != observe::RequestKind::Read || !r.replicaKnown) return {};
    if (r.behindRecords == 0 && r.staleItems == 0) return RequestDetails::tr("fresh");
    const QString behind = RequestDetails::tr("%1, %2").arg(
        countText(static_cast<std::int64_t>(r.behindRecords), "record", "records"),
        durationText(r.behind));
    if (r.staleItems == 0) return RequestDetails::tr("lagging, same value · %1").arg(behind);
    if (r.staleItems == 1) return RequestDetails::tr("stale · %1").arg(behind);
    return RequestDetails::tr("%1 · %2").arg(
        countText(static_cast<std::int64_t>(r.staleItems), "stale item", "stale items"), behind);
}

RequestDetails::RequestDetails(QWidget* parent)
    : QFrame(parent),
      m_title(makeLine(this, "heading")),
      m_error(makeLine(this, "bad")),
      m_facts(makeLine(this, "muted")) {
    setAccessibleName(tr("The chosen request"));
    auto* close = new QToolButton(this);
    close->setText(QStringLiteral("×"));
    close->setAccessibleName(tr("Close the details"));
    close->setToolTip(tr("Close (Esc)"));
    connect(close, &QToolButton::clicked, this, &RequestDetails::closed);
    auto* lines = new QVBoxLayout;
    lines->setSpacing(2);
    lines->addWidget(m_title);
    lines->addWidget(m_error);
    lines->addWidget(m_facts);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 6, 6);
    layout->addLayout(lines, 1);
    layout->addWidget(close, 0, Qt::AlignTop);
}

void RequestDetails::setRequest(const observe::RequestServed& r, const QString& servedBy) {
    QStringList title{r.operation.empty() ? tr("No operation") : toQString(r.operation)};
    if (!r.table.empty()) title << toQString(r.table);
    if (!r.key.empty()) title << oneLine(toQString(r.key));
    title << (r.error.empty() ? QString::number(r.httpStatus)
                              : tr("%1 %2").arg(r.httpStatus).arg(toQString(r.error)));
    m_title->setText(title.join(QStringLiteral(" · ")));
    m_error->setText(toQString(r.errorText));
    m_error->setVisible(!r.errorText.empty());
    QStringList facts{
        tr("asked at %1, answered after %2").arg(instantText(r.admittedAt), durationText(r.took))};
    if (!servedBy.isEmpty())
        facts << tr("served by %1, applied to LSN %2").arg(servedBy).arg(r.lsn.value());
    if (const QString fresh = freshnessText(r); !fresh.isEmpty()) facts << fresh;
    if (r.staleItems > 0)
        facts << tr("what it read differs from what was acknowledged when the read began");
    m_facts->setText(facts.join(QStringLiteral(" · ")));
}

QString RequestDetails::text() const {
    return m_title->text() + u'\n' + m_error->text() + u'\n' + m_facts->text();
}

}  // namespace orrery::widgets
