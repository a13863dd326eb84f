#pragma once

#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabBar>
#include <QWidget>

namespace orrery::widgets {

enum class ConnectClient { Cli, Boto3, JavaScript, Java };

/// A complete example that connects `client` to `endpoint`.
QString connectSnippet(ConnectClient client, const QString& endpoint);

/// Shows how to connect an application, with an example for the CLI and each of three SDKs.
class ConnectPage : public QWidget {
    Q_OBJECT
public:
    explicit ConnectPage(QWidget* parent = nullptr);

    /// `problem` says why there is no endpoint; empty if there is one.
    void setEndpoint(const QString& endpoint, const QString& problem);
    QString snippet() const { return m_text->toPlainText(); }
    QTabBar* clients() const { return m_clients; }
    QPushButton* copyButton() const { return m_copy; }

signals:
    void copied(const QString& what);

private:
    void show();

    QString m_endpoint;
    QLabel* m_title;
    QLabel* m_note;
    QTabBar* m_clients;
    QPushButton* m_copy;
    QPlainTextEdit* m_text;
};

}  // namespace orrery::widgets
