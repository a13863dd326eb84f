#pragma once

#include <QAbstractTableModel>
#include <QStringList>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/observe/event.h"

namespace orrery::widgets {

/// A filter of requests, parsed from a line of text. A request must match all words:
/// `stale`, `lagging`, `failed`, `strong`, `eventual`, `read`, `write`, `control`, `leader`,
/// `follower`;
/// `op:get`, `table:orders`, `key:user-1`, `zone:b`, `status:400`; any other word matches
/// anywhere in a row; `-` negates a word.
class RequestFilter {
public:
    /// Parses `text`. A word with an unknown prefix or value makes the whole filter invalid, and
    /// `problem` says why.
    static RequestFilter parse(const QString& text);

    bool matches(const observe::RequestServed& request) const;
    bool isEmpty() const { return m_terms.empty(); }
    const QString& problem() const { return m_problem; }

private:
    enum class Kind { Word, Flag, Operation, Table, Key, Zone, Status };
    struct Term {
        Kind kind = Kind::Word;
        std::string text;  // Lower case.
        bool negated = false;
    };
    static bool holds(const Term& term, const observe::RequestServed& request);

    std::vector<Term> m_terms;
    QString m_problem;
};

/// The requests of applications in the order of their answers, newest last. The model keeps the
/// newest kCapacity of them and receives them in batches, at frame rate.
class RequestsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column : int {
        Time,
        Operation,
        Table,
        Key,
        Kind,
        ServedBy,
        Behind,
        Status,
        Took,
        ColumnCount
    };
    static constexpr std::size_t kCapacity = 100'000;

    explicit RequestsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// Appends the RequestServed events and ignores all others.
    void append(std::span<const observe::Event> events);
    void setFilter(const RequestFilter& filter);
    /// The names of the Regions by id, to be shown with the zones; empty shows the zones alone.
    /// True if they changed.
    bool setRegionNames(const std::map<RegionId, QString>& names);
    void clear();

    std::size_t total() const { return m_requests.size(); }
    const observe::RequestServed& request(int row) const;
    /// "us-east-1b · follower"; empty if no replica served it.
    QString servedBy(const observe::RequestServed& request) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void dropOldest();
    QVariant text(const observe::RequestServed& request, int column) const;

    std::deque<observe::RequestServed> m_requests;
    std::uint64_t m_firstNumber = 0;  // Of m_requests.front(); requests are numbered as they come.
    std::deque<std::uint64_t> m_visible;  // Numbers of those that match, in order.
    RequestFilter m_filter;
    std::map<RegionId, QString> m_regionNames;
};

}  // namespace orrery::widgets
