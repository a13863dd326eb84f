#pragma once

#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabBar>
#include <QWidget>

namespace orrery::widgets {

enum class ConnectClient { Cli, Boto3, JavaScript, Java };

/// A block to copy that talks to `endpoint` with `client`, complete as it stands.
QString connectSnippet(ConnectClient client, const QString& endpoint);

/// How to point an application at the endpoint: blocks to copy for the CLI and three SDKs.
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
