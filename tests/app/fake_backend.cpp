#include "tests/app/fake_backend.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUrl>
#include <QUrlQuery>
#include <algorithm>
#include <cmath>

namespace orrery::test {
namespace {

using namespace std::chrono_literals;

const char* const kZones[] = {"us-east-1a", "us-east-1b", "us-east-1c"};

QJsonObject parsed(std::string_view json) {
    return QJsonDocument::fromJson(QByteArray(json.data(), static_cast<qsizetype>(json.size())))
        .object();
}

std::string compact(const QJsonObject& object) {
    return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

QUrlQuery queryOf(const std::string& target) {
    return QUrlQuery(QUrl(QString::fromStdString(target)));
}

QString parameter(const QUrlQuery& query, const char* name) {
    return query.queryItemValue(QString::fromLatin1(name), QUrl::FullyDecoded);
}

QJsonObject typed(const char* type, const QString& value) {
    return {{QString::fromLatin1(type), value}};
}

/// Item number `i`, always the same.
QJsonObject makeItem(qint64 i) {
    QJsonObject item{{"id", typed("S", QStringLiteral("user-%1").arg(i, 8, 10, QChar(u'0')))},
                     {"score", typed("N", QString::number((i * 7919) % 100000))},
                     {"country", typed("S", i % 3 == 0   ? "AT"
                                            : i % 3 == 1 ? "JP"
                                                         : "KE")},
                     {"active", QJsonObject{{"BOOL", i % 2 == 0}}},
                     {"address", QJsonObject{{"M", QJsonObject{{"city", typed("S", "Graz")},
                                                               {"zip", typed("N", "8010")}}}}}};
    if (i % 5 == 0)
        item["tags"] =
            QJsonObject{{"SS", QJsonArray{QStringLiteral("new"), QStringLiteral("vip")}}};
    if (i % 7 == 0) item["photo"] = typed("B", "AAECAwQFBgcICQo=");
    return item;
}

/// The number of the item with this key.
qint64 numberOf(const QJsonObject& key) {
    return key["id"]["S"].toString().mid(5).toLongLong();
}

}  // namespace

FakeBackend::FakeBackend() {
    m_clock.now = Instant(192s + 480ms);
    m_clock.calendar = CalendarTime(1788220800s);
}

void FakeBackend::addTable(const std::string& name, std::int64_t items) {
    m_tables.push_back({name, items, 0});
    std::ranges::sort(m_tables, {}, &Table::name);
}

void FakeBackend::setLag(int zone, std::uint64_t records) {
    m_lag[static_cast<std::size_t>(zone)] = records;
}

void FakeBackend::advance(Duration by) {
    m_clock.now = m_clock.now + by;
}

void FakeBackend::serveRequests(int count) {
    const char* const operations[] = {"GetItem", "PutItem", "Query", "GetItem", "UpdateItem"};
    for (int i = 0; i < count; ++i) {
        const std::uint64_t number = ++m_requests;
        observe::RequestServed served;
        served.operation = operations[number % 5];
        served.table = m_tables.empty() ? "Nothing" : m_tables[number % m_tables.size()].name;
        served.key = "user-" + std::to_string(number % 1000);
        const bool read = number % 5 == 0 || number % 5 == 2 || number % 5 == 3;
        served.kind = read ? observe::RequestKind::Read : observe::RequestKind::Write;
        served.consistent = number % 10 == 3;
        served.replicaKnown = true;
        served.leader = !read || served.consistent || number % 3 == 0;
        served.replica.zone =
            ZoneIndex(static_cast<std::uint8_t>(served.leader ? 0 : 1 + number % 2));
        if (!served.leader && number % 4 == 0) {
            served.behindRecords = 1 + number % 7;
            served.behind = std::chrono::milliseconds(3 + number % 40);
            served.staleItems = number % 8 == 0 ? 1 : 0;
        }
        if (number % 41 == 0) {
            served.httpStatus = 400;
            served.error = "ConditionalCheckFailedException";
        }
        served.lsn = Lsn(number);
        served.admittedAt = m_clock.now + std::chrono::microseconds(number * 700);
        served.took = std::chrono::microseconds(700 + number % 9000);
        m_events.push_back({EventId(number), EventId(), served.admittedAt, served});
    }
}

const FakeBackend::Call* FakeBackend::lastCall(const std::string& name) const {
    const auto it = std::find_if(m_calls.rbegin(), m_calls.rend(), [&name](const Call& call) {
        return call.name == name || call.name.starts_with(name + "?");
    });
    return it == m_calls.rend() ? nullptr : &*it;
}

void FakeBackend::refuseNextCall(const std::string& type, const std::string& message) {
    m_refusal =
        compact({{"__type", "com.amazonaws.dynamodb.v20120810#" + QString::fromStdString(type)},
                 {"message", QString::fromStdString(message)}});
}

void FakeBackend::answerLater(int status, const std::string& body, AnswerHandler handler) {
    QTimer::singleShot(0, &m_context, [status, body, handler = std::move(handler)] {
        handler(Answer{status, body, {}});
    });
}

void FakeBackend::call(const Scope& scope, std::string_view operation, std::string_view json,
                       AnswerHandler handler) {
    m_calls.push_back({scope.region, std::string(operation), std::string(json), scope.accountId});
    if (!m_refusal.empty()) return answerLater(400, std::exchange(m_refusal, {}), handler);
    if (operation == m_failing)
        return answerLater(500, R"({"__type":"x#InternalServerError","message":"No leader."})",
                           std::move(handler));
    const QJsonObject request = parsed(json);
    const std::string table = request["TableName"].toString().toStdString();
    const auto found = std::ranges::find(m_tables, table, &Table::name);
    std::string body = "{}";
    if (operation == "CreateTable") addTable(table, 0);
    if (operation == "DeleteTable" && found != m_tables.end()) m_tables.erase(found);
    if (operation == "DescribeTable") body = R"({"Table":{"TableStatus":"ACTIVE"}})";
    if (operation == "GetItem")
        body = compact({{"Item", makeItem(numberOf(request["Key"].toObject()))}});
    if (operation == "PutItem" && found != m_tables.end()) {
        ++found->items;
        ++found->written;
    }
    if (operation == "BatchWriteItem") {
        const QJsonObject items = request["RequestItems"].toObject();
        for (auto it = items.begin(); it != items.end(); ++it)
            for (Table& written : m_tables)
                if (it.key().toStdString() == written.name)
                    written.items += it.value().toArray().size();
    }
    answerLater(200, body, std::move(handler));
}

void FakeBackend::deleteItem(const Scope& scope, std::string_view json, Lsn,
                             AnswerHandler handler) {
    call(scope, "DeleteItem", json, std::move(handler));
}

void FakeBackend::control(std::string_view method, std::string_view target, std::string_view json,
                          AnswerHandler handler) {
    const std::string call = std::string(method) + " " + std::string(target);
    m_calls.push_back({{}, call, std::string(json)});
    int status = 200;
    const std::string body = controlBody(call, std::string(target), std::string(json), status);
    answerLater(status, body, std::move(handler));
}

std::string FakeBackend::controlBody(const std::string& call, const std::string& target,
                                     const std::string& json, int& status) {
    if (call.starts_with("GET /items?")) return itemsBody(target);
    if (call.starts_with("GET /item?")) return itemBody(target);
    if (call == "POST /faults") {
        status = 201;
        return addFault(json);
    }
    if (call == "DELETE /faults") {
        for (observe::FaultView& fault : m_faults)
            fault.active = false;
        return "{}";
    }
    if (call.starts_with("DELETE /faults/")) {
        const std::uint64_t id = std::stoull(call.substr(15));
        for (observe::FaultView& fault : m_faults)
            if (fault.id == id) fault.active = false;
        return "{}";
    }
    if (call == "PUT /clock") {
        const QJsonObject wanted = parsed(json);
        if (wanted.contains("state"))
            m_clock.state = wanted["state"].toString() == u"paused" ? observe::ClockState::Paused
                                                                    : observe::ClockState::Running;
        if (wanted.contains("speed")) m_clock.speed = wanted["speed"].toDouble();
        return "{}";
    }
    if (call == "POST /clock/step") {
        advance(1ms);
        if (!parsed(json).contains("to")) return "{}";
        return R"({"event":{"id":7,"atNs":1,"kind":"log committed","group":100,"region":0,)"
               R"("zone":"b","lsn":12}})";
    }
    if (call == "PUT /profile") {
        m_profile = parsed(json)["name"].toString().toStdString();
        return "{}";
    }
    status = 404;
    return R"({"message":"There is no such call."})";
}

std::string FakeBackend::addFault(const std::string& json) {
    const QJsonObject wanted = parsed(json);
    observe::FaultView fault;
    fault.id = m_nextFault++;
    fault.kind = wanted["kind"].toString().toStdString();
    fault.target = wanted["zone"].toString().toStdString();
    fault.zones = {fault.target};
    if (fault.kind == "link-cut") {
        const QJsonArray zones = wanted["zones"].toArray();
        fault.zones = {zones[0].toString().toStdString(), zones[1].toString().toStdString()};
        fault.target = fault.zones[0] + " - " + fault.zones[1];
    }
    fault.since = m_clock.now;
    const QString duration = wanted["duration"].toString();
    if (!duration.isEmpty())
        fault.until = m_clock.now + std::chrono::seconds(duration.chopped(1).toInt());
    fault.elections = 2;
    m_faults.push_back(fault);
    return compact({{"id", static_cast<qint64>(fault.id)}});
}

std::string FakeBackend::itemsBody(const std::string& target) const {
    const QUrlQuery query = queryOf(target);
    const auto table =
        std::ranges::find(m_tables, parameter(query, "table").toStdString(), &Table::name);
    const qint64 count = table == m_tables.end() ? 0 : table->items;
    const qint64 limit = parameter(query, "limit").toLongLong();
    const bool backward = parameter(query, "backward") == u"true";
    const QString from = parameter(query, "from");
    qint64 first = 0;
    if (!from.isEmpty())
        first = from.toLongLong() + (backward ? -1 : 1);
    else if (backward)
        first = count - 1;
    else
        first =
            std::llround(std::ceil(parameter(query, "at").toDouble() * static_cast<double>(count)));
    QJsonArray rows;
    qint64 i = first;
    for (; i >= 0 && i < count && rows.size() < limit; i += backward ? -1 : 1)
        rows.append(QJsonObject{{"storageKey", QString::number(i)},
                                {"position", static_cast<double>(i) / static_cast<double>(count)},
                                {"item", makeItem(i)}});
    return compact({{"rows", rows}, {"more", i >= 0 && i < count}});
}

std::string FakeBackend::itemBody(const std::string& target) const {
    const QJsonObject key = parsed(parameter(queryOf(target), "key").toStdString());
    const qint64 number = numberOf(key);
    QJsonArray versions;
    for (int zone = 0; zone < kZonesPerRegion; ++zone) {
        const std::uint64_t lag = m_lag[static_cast<std::size_t>(zone)];
        QJsonObject item = makeItem(number);
        if (lag > 0) {
            item["score"] = typed("N", "1");
            item.remove("country");
        }
        versions.append(QJsonObject{{"zone", kZones[zone]},
                                    {"leader", zone == 0},
                                    {"up", true},
                                    {"item", item},
                                    {"itemLsn", 40 - static_cast<qint64>(lag)},
                                    {"applied", 812 - static_cast<qint64>(lag)},
                                    {"behindRecords", static_cast<qint64>(lag)},
                                    {"behindMs", static_cast<double>(lag) * 4.0}});
    }
    return compact(
        {{"group", 7}, {"position", 0.342}, {"storageKey", "00"}, {"versions", versions}});
}

std::vector<observe::PartitionView> FakeBackend::makePartitions(std::int64_t items,
                                                                std::uint64_t group,
                                                                std::uint64_t written) const {
    std::vector<observe::PartitionView> partitions(4);
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        observe::PartitionView& partition = partitions[i];
        partition.group = GroupId(group * 100 + i);
        partition.begin = i << 30;
        partition.end = (i + 1) << 30;
        partition.itemCount = items / 4;
        partition.itemBytes = items / 4 * 120;
        partition.readsPerSecond = static_cast<std::uint32_t>(420 + 610 * i);
        partition.writesPerSecond = static_cast<std::uint32_t>(35 + 240 * i);
        for (std::size_t zone = 0; zone < partition.replicas.size(); ++zone) {
            observe::ReplicaView& replica = partition.replicas[zone];
            replica.zone = ZoneIndex(static_cast<std::uint8_t>(zone));
            replica.term = 3;
            const bool down = std::ranges::any_of(m_faults, [zone](const auto& fault) {
                return fault.active && fault.kind == "zone-outage" &&
                       fault.zones.front() == kZones[zone];
            });
            replica.role = down            ? observe::Role::Down
                           : zone == i % 3 ? observe::Role::Leader
                                           : observe::Role::Follower;
            replica.lagRecords = replica.role == observe::Role::Leader ? 0 : m_lag[zone];
            replica.lag = std::chrono::milliseconds(replica.lagRecords * 4);
            replica.committed = Lsn(static_cast<std::uint64_t>(items) + written);
            replica.applied = Lsn(static_cast<std::uint64_t>(items) + written - replica.lagRecords);
            replica.itemCount = items / 4;
        }
    }
    return partitions;
}

observe::TableViewPtr FakeBackend::makeTable(const Table& table) const {
    observe::TableView view;
    const auto number = static_cast<std::uint64_t>(&table - m_tables.data()) + 1;
    view.space = KeySpaceId(static_cast<std::uint32_t>(number));
    view.name = table.name;
    view.status = "ACTIVE";
    view.keys = "id (S)";
    view.partitionKeyName = "id";
    view.billing = "on-demand";
    view.itemCount = table.items;
    view.itemBytes = table.items * 120;
    view.partitions = makePartitions(table.items, number, table.written);
    observe::IndexView index;
    index.name = "ByScore";
    index.global = true;
    index.keys = "country (S), score (N)";
    index.itemCount = table.items;
    index.itemBytes = table.items * 60;
    index.partitions = makePartitions(table.items, number + 50, table.written);
    view.indexes.push_back(index);
    return std::make_shared<observe::TableView>(view);
}

observe::SnapshotPtr FakeBackend::snapshot() {
    auto snapshot = std::make_shared<observe::Snapshot>();
    snapshot->at = m_clock.now;
    snapshot->profile = m_profile;
    snapshot->seed = 42;
    snapshot->clock = m_clock;
    snapshot->faults = m_faults;
    snapshot->jobs = m_jobs;
    snapshot->totals.requests = m_requests;
    m_change(*snapshot);
    if (m_tables.empty()) return snapshot;
    auto region = std::make_shared<observe::RegionView>();
    region->name = "us-east-1";
    std::vector<observe::TableViewPtr> tables;
    for (const Table& table : m_tables)
        tables.push_back(makeTable(table));
    region->tables = std::move(tables);
    for (std::size_t zone = 0; zone < region->zones.size(); ++zone) {
        observe::ZoneView& view = region->zones[zone];
        view.name = kZones[zone];
        for (const observe::FaultView& fault : m_faults) {
            if (!fault.active || std::ranges::find(fault.zones, view.name) == fault.zones.end())
                continue;
            (fault.kind == "zone-outage" ? view.up : view.cutOff) = fault.kind != "zone-outage";
        }
        view.replicas = static_cast<std::uint32_t>(m_tables.size() * 4);
        view.leaders =
            view.up ? static_cast<std::uint32_t>(m_tables.size() * (zone == 0 ? 2 : 1)) : 0;
        view.lagRecords = m_lag[zone];
        view.lag = std::chrono::milliseconds(m_lag[zone] * 4);
    }
    snapshot->regions.push_back(std::move(region));
    return snapshot;
}

std::vector<observe::Event> FakeBackend::events(EventId after, std::size_t limit) {
    std::vector<observe::Event> result;
    const auto first = std::ranges::upper_bound(m_events, after, {}, &observe::Event::id);
    for (auto it = first; it != m_events.end() && result.size() < limit; ++it)
        result.push_back(*it);
    return result;
}

std::vector<app::Backend::Diagnostic> FakeBackend::check(std::string_view) {
    return {};
}

}  // namespace orrery::test
