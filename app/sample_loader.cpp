#include "app/sample_loader.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "app/looks.h"

namespace orrery::app {

constexpr int kBatchesUnderWayMax = 4;
constexpr int kRetryMs = 100;

SampleLoader::SampleLoader(Backend* backend, QString region, QObject* parent)
    : QObject(parent), m_backend(backend), m_region(std::move(region)) {
    m_retry.setSingleShot(true);
    m_retry.setInterval(kRetryMs);
}

void SampleLoader::load(const QString& name) {
    if (isLoading()) return;
    std::vector<exchange::SampleSet> sets = exchange::sampleSets();
    const auto set = std::ranges::find(sets, name.toStdString(), &exchange::SampleSet::name);
    if (set == sets.end()) return;
    m_name = name;
    m_made.clear();
    m_alive = std::make_shared<bool>(true);
    m_tables.assign(std::make_move_iterator(set->tables.begin()),
                    std::make_move_iterator(set->tables.end()));
    m_batchesDone = 0;
    m_batchesInAll = 0;
    for (const exchange::SampleTable& table : m_tables)
        m_batchesInAll +=
            (table.items.size() + exchange::kBatchItemsMax - 1) / exchange::kBatchItemsMax;
    emit progressed(m_name, 0);
    nextTable();
}

void SampleLoader::call(std::string_view operation, const std::string& json,
                        std::function<void(const Backend::Answer&)> handler) {
    const std::weak_ptr<bool> alive = m_alive;
    m_backend->call(m_region.toStdString(), operation, json,
                    [alive, handler = std::move(handler)](const Backend::Answer& answer) {
                        if (!alive.expired()) handler(answer);
                    });
}

void SampleLoader::nextTable() {
    if (m_tables.empty()) return finish({});
    call("CreateTable", m_tables.front().createTable, [this](const Backend::Answer& answer) {
        const QString name = QString::fromStdString(m_tables.front().name);
        // Its items may have been edited since an earlier load, or be no sample's at all.
        if (answer.body.find("ResourceInUseException") != std::string::npos)
            return finish(tr("table %1 exists already. Delete it to load this sample").arg(name));
        if (!succeeded(answer)) return finish(errorText(answer, *m_backend->snapshot(), m_region));
        m_made << name;
        waitUntilActive();
    });
}

void SampleLoader::waitUntilActive() {
    const QJsonObject request{
        {QStringLiteral("TableName"), QString::fromStdString(m_tables.front().name)}};
    call("DescribeTable", QJsonDocument(request).toJson().toStdString(),
         [this](const Backend::Answer& answer) {
             if (!succeeded(answer))
                 return finish(errorText(answer, *m_backend->snapshot(), m_region));
             const QJsonObject body =
                 QJsonDocument::fromJson(QByteArray::fromStdString(answer.body)).object();
             const QString status =
                 body[QLatin1String("Table")][QLatin1String("TableStatus")].toString();
             if (status != u"ACTIVE") {
                 m_retry.callOnTimeout(this, &SampleLoader::waitUntilActive,
                                       Qt::SingleShotConnection);
                 m_retry.start();
                 return;
             }
             const auto requests = exchange::batchWriteRequests(m_tables.front());
             m_requests.assign(requests.begin(), requests.end());
             fillWindow();
         });
}

void SampleLoader::fillWindow() {
    while (m_underWay < kBatchesUnderWayMax && !m_requests.empty()) {
        const std::string request = std::move(m_requests.front());
        m_requests.pop_front();
        ++m_underWay;
        call("BatchWriteItem", request,
             [this](const Backend::Answer& answer) { onWritten(answer); });
    }
    if (m_underWay > 0 || !m_requests.empty()) return;
    m_tables.pop_front();
    nextTable();
}

void SampleLoader::onWritten(const Backend::Answer& answer) {
    --m_underWay;
    if (!succeeded(answer)) return finish(errorText(answer, *m_backend->snapshot(), m_region));
    if (auto again = exchange::requestForUnprocessed(answer.body)) {
        m_requests.push_back(*std::move(again));
    } else {
        ++m_batchesDone;
        emit progressed(m_name,
                        static_cast<double>(m_batchesDone) / static_cast<double>(m_batchesInAll));
    }
    fillWindow();
}

void SampleLoader::finish(const QString& error) {
    const QStringList made = m_made;
    m_alive.reset();  // Drops the answers in flight.
    m_retry.stop();
    m_tables.clear();
    m_requests.clear();
    m_underWay = 0;
    m_name.clear();
    emit finished(error, made);
}

}  // namespace orrery::app
