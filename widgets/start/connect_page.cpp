#include "widgets/start/connect_page.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QVBoxLayout>

namespace orrery::widgets {
namespace {

constexpr const char* kCli =
    R"(export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1
aws dynamodb list-tables --endpoint-url @endpoint
aws dynamodb create-table --endpoint-url @endpoint \
    --table-name Notes --billing-mode PAY_PER_REQUEST \
    --attribute-definitions AttributeName=id,AttributeType=S \
    --key-schema AttributeName=id,KeyType=HASH
aws dynamodb wait table-exists --endpoint-url @endpoint --table-name Notes
aws dynamodb put-item --endpoint-url @endpoint \
    --table-name Notes --item '{"id": {"S": "1"}, "text": {"S": "hello"}}'
)";

constexpr const char* kBoto3 = R"(import boto3

dynamodb = boto3.resource(
    "dynamodb",
    endpoint_url="@endpoint",
    region_name="us-east-1",
    aws_access_key_id="local",
    aws_secret_access_key="local",
)
print([table.name for table in dynamodb.tables.all()])
)";

constexpr const char* kJavaScript =
    R"(import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({
  endpoint: "@endpoint",
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
});
console.log((await client.send(new ListTablesCommand({}))).TableNames);
)";

constexpr const char* kJava = R"(// Maven: software.amazon.awssdk:dynamodb
import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

public class ListTables {
    public static void main(String[] arguments) {
        DynamoDbClient client = DynamoDbClient.builder()
                .endpointOverride(URI.create("@endpoint"))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create("local", "local")))
                .build();
        System.out.println(client.listTables().tableNames());
    }
}
)";

}  // namespace

QString connectSnippet(ConnectClient client, const QString& endpoint) {
    const char* const texts[] = {kCli, kBoto3, kJavaScript, kJava};
    QString text = QString::fromUtf8(texts[static_cast<int>(client)]);
    text.replace(QLatin1String("@endpoint"), endpoint);
    return text;
}

ConnectPage::ConnectPage(QWidget* parent)
    : QWidget(parent),
      m_title(new QLabel(this)),
      m_note(new QLabel(this)),
      m_clients(new QTabBar(this)),
      m_copy(new QPushButton(tr("Copy"), this)),
      m_text(new QPlainTextEdit(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 16);
    layout->setSpacing(8);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    large.setBold(true);
    m_title->setFont(large);
    m_title->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_note->setWordWrap(true);
    m_note->setProperty("muted", true);
    m_clients->setAccessibleName(tr("Client"));
    m_clients->setExpanding(false);
    for (const QString& name : {tr("AWS CLI"), tr("Python (boto3)"), tr("JavaScript"), tr("Java")})
        m_clients->addTab(name);
    m_text->setReadOnly(true);
    m_text->setAccessibleName(tr("Block to copy"));
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_copy->setProperty("primary", true);
    auto* row = new QHBoxLayout;
    row->addWidget(m_clients, 1);
    row->addWidget(m_copy);
    layout->addWidget(m_title);
    layout->addWidget(m_note);
    layout->addLayout(row);
    layout->addWidget(m_text, 100);
    layout->addStretch(1);
    connect(m_clients, &QTabBar::currentChanged, this, &ConnectPage::show);
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QApplication::clipboard()->setText(snippet());
        emit copied(m_clients->tabText(m_clients->currentIndex()));
    });
}

void ConnectPage::setEndpoint(const QString& endpoint, const QString& problem) {
    m_endpoint = endpoint;
    m_title->setText(endpoint.isEmpty() ? tr("No endpoint") : endpoint);
    m_note->setText(endpoint.isEmpty()
                        ? problem
                        : tr("Any access key and secret will do; the Region chooses where tables "
                             "live. Nothing leaves this machine."));
    show();
}

void ConnectPage::show() {
    // Without an endpoint there is nothing to copy.
    for (QWidget* part : {static_cast<QWidget*>(m_clients), static_cast<QWidget*>(m_copy),
                          static_cast<QWidget*>(m_text)})
        part->setVisible(!m_endpoint.isEmpty());
    m_text->setPlainText(
        m_endpoint.isEmpty()
            ? QString()
            : connectSnippet(static_cast<ConnectClient>(m_clients->currentIndex()), m_endpoint));
}

}  // namespace orrery::widgets
