#pragma once

#include <QJsonObject>
#include <cmath>
#include <deque>

#include "widgets/items/item_source.h"

namespace orrery::test {

/// Items 0, 1, 2 … as many as a test says, some of which may be missing. Answers when told to, so
/// that a test decides what happens in between.
class NumberedItems : public widgets::ItemSource {
public:
    explicit NumberedItems(qint64 count) : m_count(count) {}

    void fetchPage(const widgets::ItemsPageRequest& request, PageHandler handler) override {
        m_waiting.push_back({request, std::move(handler)});
    }

    /// Answers what waits, and what is asked while it does; false if nothing waited.
    bool answer() {
        bool any = false;
        while (!m_waiting.empty()) {
            const Waiting next = std::move(m_waiting.front());
            m_waiting.pop_front();
            if (next.request.from.isEmpty()) ++jumps;
            next.handler(page(next.request));
            any = true;
        }
        return any;
    }
    std::size_t waiting() const { return m_waiting.size(); }
    const widgets::ItemsPageRequest& next() const { return m_waiting.front().request; }

    qint64 missing = -1;  ///< An item that is not there.
    QString changed;      ///< Item 1 has this `note`.
    QString error;
    int jumps = 0;  ///< Answers to requests that begin at a part of the key space.

private:
    struct Waiting {
        widgets::ItemsPageRequest request;
        PageHandler handler;
    };

    widgets::ItemsPage page(const widgets::ItemsPageRequest& request) const {
        widgets::ItemsPage result;
        result.error = error;
        if (!error.isEmpty()) return result;
        const qint64 step = request.backward ? -1 : 1;
        qint64 i = !request.from.isEmpty() ? request.from.toLongLong() + step
                   : request.backward
                       ? m_count - 1
                       : std::llround(std::ceil(request.at * static_cast<double>(m_count)));
        for (; i >= 0 && i < m_count && static_cast<int>(result.rows.size()) < request.limit;
             i += step)
            if (i != missing) result.rows.push_back(row(i));
        result.more = i >= 0 && i < m_count;
        return result;
    }

    widgets::ItemRow row(qint64 i) const {
        QJsonObject item{{"id", QJsonObject{{"S", QString::number(i)}}},
                         {"n", QJsonObject{{"N", QString::number(i * 3)}}}};
        if (i == 1 && !changed.isEmpty()) item["note"] = QJsonObject{{"S", changed}};
        return {QStringLiteral("%1").arg(i), static_cast<double>(i) / static_cast<double>(m_count),
                item};
    }

    qint64 m_count;
    std::deque<Waiting> m_waiting;
};

}  // namespace orrery::test
