#pragma once

#include <QJsonObject>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTabWidget>
#include <QTableWidget>
#include <array>
#include <optional>

namespace orrery::widgets {

/// What an ItemComparison shows.
struct ComparedItems {
    struct Side {
        QString title;
        std::optional<QJsonObject> item;
        QString absence{};        ///< Stands in place of an item that is not there.
        bool isUnknown = false;   ///< Nobody knows the item, so it differs in nothing.
        bool isDeletion = false;  ///< It has no item because the version deleted it.
        bool isPartial = false;   ///< Attributes that it lacks are not shown by a view.
        bool operator==(const Side&) const = default;
    };
    Side left;
    Side right;
    /// What the left one was made from. If it is there, a column says who changed an attribute.
    std::optional<QJsonObject> base{};
    bool operator==(const ComparedItems&) const = default;
};

/// Two versions of an item side by side, as attributes and as JSON. Attributes that differ come
/// first and are marked.
class ItemComparison : public QTabWidget {
    Q_OBJECT
public:
    explicit ItemComparison(QWidget* parent = nullptr);

    void setItems(const ComparedItems& items);

    /// Columns: attribute, who changed it, the left value, the right value.
    QTableWidget* table() const { return m_table; }
    QPlainTextEdit* leftText() const { return m_texts[0]; }
    QPlainTextEdit* rightText() const { return m_texts[1]; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void makeTable();
    void makeTexts();
    void fillTable();
    void addRow(const QString& name);
    const ComparedItems::Side& other(const ComparedItems::Side& side) const;
    bool differs(const QString& name) const;
    QString cellText(const QString& name, const ComparedItems::Side& side) const;

    ComparedItems m_items;
    QTableWidget* m_table = nullptr;
    std::array<QPlainTextEdit*, 2> m_texts{};
    std::array<QLabel*, 2> m_titles{};
};

}  // namespace orrery::widgets
