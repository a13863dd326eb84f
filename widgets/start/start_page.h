#pragma once

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QWidget>
#include <vector>

namespace orrery::widgets {

/// What stands in the middle while there is nothing to show: what this is, and what to do next.
class StartPage : public QWidget {
    Q_OBJECT
public:
    struct Sample {
        QString name;
        QString title;
        QString description;
        QString contents;  ///< "GameScores: 2,983 items", a line for each table.
    };

    explicit StartPage(const std::vector<Sample>& samples, QWidget* parent = nullptr);

    void setEndpoint(const QString& endpoint, const QString& problem);
    /// While a sample is being loaded: what is done, 0 to 1; negative when none is.
    void setLoading(const QString& name, double part);
    QPushButton* sampleButton(int sample) const {
        return m_buttons[static_cast<std::size_t>(sample)];
    }
    QPushButton* copyButton() const { return m_copy; }
    /// The line that is copied: complete as it stands, also where no credentials are configured.
    QString cliLine() const;

signals:
    void sampleWanted(const QString& name);
    void createTableWanted();
    void connectWanted();
    void copied(const QString& what);

private:
    QLayout* makeCommandRow(QWidget* body);
    QLayout* makeButtons(QWidget* body);
    QWidget* makeSampleCard(const Sample& sample);

    QString m_endpoint;
    QLabel* m_endpointText;
    QLabel* m_command;
    QPushButton* m_copy;
    std::vector<QPushButton*> m_buttons;
};

}  // namespace orrery::widgets
