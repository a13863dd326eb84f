#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "app/backend.h"
#include "core/exchange/samples.h"

namespace orrery::app {

/// Loads a sample data set as an application would: CreateTable, then BatchWriteItem until nothing
/// is left unprocessed. One at a time.
class SampleLoader : public QObject {
    Q_OBJECT
public:
    /// The backend must outlive the loader.
    SampleLoader(Backend* backend, QString region, QObject* parent = nullptr);

    bool isLoading() const { return !m_name.isEmpty(); }
    /// Nothing happens if one is loading, or there is none of that name.
    void load(const QString& name);

signals:
    /// `part` of it is there, 0 to 1.
    void progressed(const QString& name, double part);
    /// `error` is empty if all is there; tables is what was made, in order.
    void finished(const QString& error, const QStringList& tables);

private:
    void nextTable();
    void waitUntilActive();
    void fillWindow();
    void onWritten(const Backend::Answer& answer);
    void finish(const QString& error);
    /// Calls in the loader's Region; `handler` is not called once the loader is gone or finished.
    void call(std::string_view operation, const std::string& json,
              std::function<void(const Backend::Answer&)> handler);

    Backend* m_backend;
    QString m_region;
    QString m_name;
    QStringList m_made;
    std::deque<exchange::SampleTable> m_tables;  // Front: the one that is being filled.
    std::deque<std::string> m_requests;
    std::size_t m_batchesInAll = 0;
    std::size_t m_batchesDone = 0;
    int m_underWay = 0;
    QTimer m_retry;
    std::shared_ptr<bool> m_alive;  // Of this load.
};

}  // namespace orrery::app
