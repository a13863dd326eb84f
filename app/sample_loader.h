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

/// Loads a sample data set through the API: CreateTable, then BatchWriteItem until no item is left
/// unprocessed. It loads one set at a time.
class SampleLoader : public QObject {
    Q_OBJECT
public:
    /// The backend must outlive the loader.
    SampleLoader(Backend* backend, QString region, QObject* parent = nullptr);

    bool isLoading() const { return !m_name.isEmpty(); }
    /// Does nothing if a set is loading already, or if no set has this name.
    void load(const QString& name);

signals:
    /// `part` is the loaded share, 0 to 1.
    void progressed(const QString& name, double part);
    /// `error` is empty on success; `tables` lists the created tables in order.
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
    std::deque<exchange::SampleTable> m_tables;  // The front table is being filled.
    std::deque<std::string> m_requests;
    std::size_t m_batchesInAll = 0;
    std::size_t m_batchesDone = 0;
    int m_underWay = 0;
    QTimer m_retry;
    std::shared_ptr<bool> m_alive;  // Reset when this load ends.
};

}  // namespace orrery::app
