#include "widgets/start/start_page.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QFrame>
#include <QHBoxLayout>
#include <QScrollArea>
#include <QVBoxLayout>

#include "widgets/base/format.h"
#include "widgets/base/icons.h"

namespace orrery::widgets {
namespace {

QLabel* makeText(const QString& text, QWidget* parent, bool muted) {
    auto* label = new QLabel(text, parent);
    label->setWordWrap(true);
    label->setProperty("muted", muted);
    return label;
}

}  // namespace

StartPage::StartPage(const std::vector<Sample>& samples, QWidget* parent) : QWidget(parent) {
    auto* body = new QWidget;
    body->setMaximumWidth(920);
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(28, 14, 28, 12);
    layout->setSpacing(8);
    auto* title = new QLabel(tr("A DynamoDB that you can look inside"), body);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.6);
    large.setBold(true);
    title->setFont(large);
    title->setWordWrap(true);
    layout->addWidget(title);
    layout->addWidget(makeText(
        tr("Applications talk to it as they talk to the service. Every partition has three "
           "replicas in three zones that really replicate: fail one, and watch leaders move and "
           "reads go stale."),
        body, true));
    m_endpointText = makeText({}, body, false);
    layout->addSpacing(4);
    layout->addWidget(m_endpointText);
    layout->addLayout(makeCommandRow(body));
    layout->addLayout(makeButtons(body));
    layout->addSpacing(8);
    auto* heading = new QLabel(tr("Or begin with sample data"), body);
    heading->setProperty("heading", true);
    layout->addWidget(heading);
    auto* cards = new QHBoxLayout;
    cards->setSpacing(10);
    for (const Sample& sample : samples)
        cards->addWidget(makeSampleCard(sample), 1);
    layout->addLayout(cards);
    layout->addStretch(1);

    auto* middle = new QWidget;
    auto* centred = new QHBoxLayout(middle);
    centred->setContentsMargins(0, 0, 0, 0);
    centred->addStretch(1);
    centred->addWidget(body, 100);
    centred->addStretch(1);
    middle->setAutoFillBackground(true);
    middle->setBackgroundRole(QPalette::Base);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(middle);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
}

QLayout* StartPage::makeCommandRow(QWidget* body) {
    auto* row = new QHBoxLayout;
    m_command = new QLabel(body);
    m_command->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_command->setWordWrap(true);
    m_command->setProperty("code", true);
    m_copy = new QPushButton(icon(Symbol::Copy), tr("Copy"), body);
    m_copy->setAccessibleName(tr("Copy the command"));
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QApplication::clipboard()->setText(cliLine());
        emit copied(tr("The command"));
    });
    row->addWidget(m_command, 1);
    row->addWidget(m_copy, 0, Qt::AlignTop);
    return row;
}

QLayout* StartPage::makeButtons(QWidget* body) {
    auto* buttons = new QHBoxLayout;
    auto* connectButton = new QPushButton(icon(Symbol::Connect), tr("Connect an SDK"), body);
    auto* create = new QPushButton(icon(Symbol::Add), tr("Create table…"), body);
    connect(connectButton, &QPushButton::clicked, this, &StartPage::connectWanted);
    connect(create, &QPushButton::clicked, this, &StartPage::createTableWanted);
    buttons->addWidget(connectButton);
    buttons->addWidget(create);
    buttons->addStretch(1);
    return buttons;
}

QWidget* StartPage::makeSampleCard(const Sample& sample) {
    auto* card = new QFrame;
    card->setProperty("card", true);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(14, 12, 14, 12);
    layout->setSpacing(6);
    auto* title = makeText(sample.title, card, false);
    title->setProperty("heading", true);
    layout->addWidget(title);
    layout->addWidget(makeText(sample.description, card, false));
    layout->addWidget(makeText(sample.contents, card, true));
    layout->addStretch(1);
    auto* load = new QPushButton(tr("Load"), card);
    load->setAccessibleName(tr("Load the sample %1").arg(sample.title));
    load->setObjectName(sample.name);
    connect(load, &QPushButton::clicked, this,
            [this, name = sample.name] { emit sampleWanted(name); });
    m_buttons.push_back(load);
    layout->addWidget(load);
    return card;
}

QString StartPage::cliLine() const {
    return QStringLiteral(
               "AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local "
               "aws dynamodb list-tables --endpoint-url %1 --region us-east-1")
        .arg(m_endpoint);
}

void StartPage::setEndpoint(const QString& endpoint, const QString& problem) {
    m_endpoint = endpoint;
    m_endpointText->setText(endpoint.isEmpty() ? tr("No endpoint: %1").arg(problem)
                                               : tr("It listens on %1").arg(endpoint));
    m_endpointText->setProperty("bad", endpoint.isEmpty());
    // In three lines, so that no option is torn; copied it is one.
    QString lines = cliLine();
    for (const char* begin : {" aws ", " --endpoint-url "})
        lines.replace(QLatin1String(begin), QStringLiteral(" \\\n   ") + QLatin1String(begin));
    m_command->setText(lines);
    m_command->setVisible(!endpoint.isEmpty());
    m_copy->setVisible(!endpoint.isEmpty());
}

void StartPage::setLoading(const QString& name, double part) {
    for (QPushButton* button : m_buttons) {
        button->setEnabled(part < 0);
        button->setText(part >= 0 && button->objectName() == name
                            ? tr("Loading, %1").arg(percentText(part))
                            : tr("Load"));
    }
}

}  // namespace orrery::widgets
