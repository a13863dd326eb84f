#include "tests/app/window_engine_fixture.h"

#include <QEventLoop>
#include <QJsonDocument>
#include <QSettings>
#include <QTest>

#include "core/base/check.h"
#include "tests/app/own_settings.h"
#include "widgets/tables/table_page.h"

namespace orrery::test {

QJsonObject parsed(const QByteArray& json) {
    return QJsonDocument::fromJson(json).object();
}

WindowEngine::WindowEngine() {
    useOwnSettings("engine");
    engine::EngineOptions options;
    options.port.reset();
    auto backend = app::EmbeddedBackend::open(options);
    CHECK(backend.has_value());
    m_backend = *std::move(backend);
    const auto created = call("CreateTable", parsed(R"({
        "TableName":"Orders","BillingMode":"PAY_PER_REQUEST",
        "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},
                                {"AttributeName":"day","AttributeType":"S"}],
        "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
        "GlobalSecondaryIndexes":[{"IndexName":"ByDay",
            "KeySchema":[{"AttributeName":"day","KeyType":"HASH"}],
            "Projection":{"ProjectionType":"KEYS_ONLY"}}]})"));
    CHECK(created.status == 200);
    m_window = std::make_unique<app::MainWindow>(m_backend.get(), false);
    m_window->resize(1000, 752);
    m_window->resetLayout();
    m_window->show();
}

WindowEngine::~WindowEngine() {
    m_window.reset();
    m_backend.reset();
    QSettings().clear();
}

bool WindowEngine::waitFor(const std::function<bool()>& holds) {
    constexpr int kWaitMs = 30'000;
    return QTest::qWaitFor(holds, kWaitMs);
}

app::Backend::Answer WindowEngine::call(const char* operation, const QJsonObject& request,
                                        const Scope& scope) {
    std::optional<app::Backend::Answer> result;
    QEventLoop loop;
    m_backend->call(scope, operation,
                    QJsonDocument(request).toJson(QJsonDocument::Compact).toStdString(),
                    [&result, &loop](const app::Backend::Answer& answer) {
                        result = answer;
                        loop.quit();
                    });
    loop.exec();
    return *result;
}

void WindowEngine::put(const QJsonObject& item) {
    // Retries after a 500, like an SDK: after an outage there may be no leader for a while.
    CHECK(waitFor([this, &item] {
        return call("PutItem", {{"TableName", "Orders"}, {"Item", item}}).status == 200;
    }));
}

QJsonObject WindowEngine::get(const QString& id) {
    const auto answer = call("GetItem", {{"TableName", "Orders"},
                                         {"Key", QJsonObject{{"id", QJsonObject{{"S", id}}}}},
                                         {"ConsistentRead", true}});
    return parsed(QByteArray::fromStdString(answer.body))["Item"].toObject();
}

void WindowEngine::open(const QString& index, int rows) {
    m_window->feed()->takeSnapshot();
    CHECK(waitFor([this] {
        m_window->feed()->takeSnapshot();
        return !m_window->feed()->snapshot()->regions.empty();
    }));
    m_window->openTable({"us-east-1", "Orders", index});
    CHECK(waitFor([this, rows, &index] {
        const auto* model = m_window->currentTable()->model();
        return model->target().index == index && model->rowCount() == rows;
    }));
}

void WindowEngine::failZone(const QString& zone) {
    m_backend->control("POST", "/faults",
                       R"({"kind":"zone-outage","zone":")" + zone.toStdString() + R"("})",
                       [](const app::Backend::Answer& answer) { CHECK(answer.status == 201); });
    const bool isDown = waitFor([this, &zone] {
        for (const observe::ZoneView& view : m_backend->snapshot()->regions.at(0)->zones)
            if (view.name == zone.toStdString() && !view.up) return view.leaders == 0;
        return false;
    });
    CHECK(isDown);
}

}  // namespace orrery::test
