#pragma once

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QWidget>
#include <vector>

namespace orrery::widgets {

/// The page shown while no table is open: it explains the program and offers the first steps.
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
    /// Shows the progress of a loading sample, 0 to 1; a negative `part` means that none is
    /// loading.
    void setLoading(const QString& name, double part);
    QPushButton* sampleButton(int sample) const {
        return m_buttons[static_cast<std::size_t>(sample)];
    }
    QPushButton* copyButton() const { return m_copy; }
    /// The command that Copy copies. It works without configured credentials.
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
