#include <algorithm>

#include "core/api/api.h"
#include "core/base/check.h"
#include "tests/cluster/world_inputs.h"
#include "tests/cluster/world_judges.h"
#include "tests/model/model_run.h"

// The world of a run: its tables, faults and stops, and how a request gets its answer.

namespace orrery::test::model {
namespace {

using namespace std::chrono_literals;

constexpr int kSteps = 200;
constexpr std::string_view kTarget = "DynamoDB_20120810.";

cluster::WorldOptions drawOptions(std::uint64_t seed, Prng& prng, cluster::PlantedBug bug) {
    cluster::WorldOptions options;
    options.profile =
        prng.chance({1, 2}) ? cluster::Profile::dropIn() : cluster::Profile::serviceLike();
    options.seed = seed;
    options.traceEvents = 64;
    options.logBounds = drawLogBounds(seed);
    options.plantedBug = bug;
    return options;
}

}  // namespace

std::string ModelRun::Answer::error() const {
    const auto* type = body.if_contains("__type");
    if (type == nullptr) return "";
    const std::string text(type->as_string());
    return text.substr(text.find('#') + 1);
}

std::string ModelRun::Answer::message() const {
    for (const char* member : {"message", "Message"}) {
        if (const auto* text = body.if_contains(member)) return std::string(text->as_string());
    }
    return "";
}

ModelRun::ModelRun(std::uint64_t seed, cluster::PlantedBug bug, Mistake mistake)
    : m_prng(Prng::stream(seed, "model-sim")),
      m_shape(Prng::stream(seed, "model-sim-namespaces")),
      m_hasNamespaces(m_shape.chance({1, 3})),
      m_t(drawOptions(seed, m_prng, bug)),
      m_mistake(mistake),
      m_fault(m_prng.chance({1, 2}) ? Ratio{1, 60} : Ratio{1, 20}),
      m_kill(m_prng.chance({1, 2}) ? Ratio{1, 40} : Ratio{1, 200}) {
    createTables(m_prng);
    if (m_hasNamespaces) {
        changeNamespace();
        createTables(m_shape);
    }
    m_mayKill = true;
}

std::string ModelRun::run() {
    using Request = void (ModelRun::*)();
    static const std::vector<Request> requests{&ModelRun::singleWrite,
                                               &ModelRun::singleWrite,
                                               &ModelRun::singleWrite,
                                               &ModelRun::singleWrite,
                                               &ModelRun::singleWrite,
                                               &ModelRun::batchWrite,
                                               &ModelRun::transactWrite,
                                               &ModelRun::transactWrite,
                                               &ModelRun::getItem,
                                               &ModelRun::batchGet,
                                               &ModelRun::transactGet,
                                               &ModelRun::query,
                                               &ModelRun::query,
                                               &ModelRun::scan,
                                               &ModelRun::statement,
                                               &ModelRun::statement,
                                               &ModelRun::select,
                                               &ModelRun::batchStatements,
                                               &ModelRun::transactStatements,
                                               &ModelRun::readStatements};
    for (int step = 0; step < kSteps && m_problem.empty(); ++step) {
        fault();
        if (m_hasNamespaces && m_shape.chance({1, 4})) changeNamespace();
        if (m_hasNamespaces && m_shape.chance({1, 60})) resetNamespace();
        (this->*pick(m_prng, requests))();
        if (m_prng.chance({1, 15}) && m_problem.empty()) readSettled();
        if (m_prng.chance({1, 4})) m_t.run(1ms * static_cast<std::int64_t>(m_prng.below(300)));
        problem(judgeOwners(m_t.world(), m_t.store()));
        problem(judgeTrimMarks(m_t.world(), m_t.store()));
        problem(m_lasting.judge(m_t.world(), m_t.store()));
        if (m_prng.chance(m_kill)) kill();
    }
    if (m_problem.empty()) finish();
    return m_problem;
}

void ModelRun::fault() {
    const std::string a = std::string("us-east-1") + char('a' + m_prng.below(3));
    const std::string b = std::string("us-east-1") + char('a' + m_prng.below(3));
    const Duration lasts = 1ms * static_cast<std::int64_t>(100 + m_prng.below(4000));
    const auto active =
        std::ranges::count_if(m_t.world().faults(), [](const auto& each) { return each.active; });
    if (active >= 2) return;
    bool isOne = m_prng.chance(m_fault);
    if (isOne) static_cast<void>(failZone(m_t.world(), a, lasts));
    if (m_prng.chance(m_fault)) {
        static_cast<void>(cutLink(m_t.world(), a, b, lasts));
        isOne = true;
    }
    if (isOne) m_isSettled = false;
}

void ModelRun::kill() {
    if (m_prng.chance({1, 3})) {
        m_t.restart();
    } else {
        m_t.kill();
    }
    m_isSettled = false;
}

void ModelRun::settle() {
    healAll(m_t.world());
    m_t.run(30s);
    m_t.sync();
    m_isSettled = true;
}

bool ModelRun::isReleased(std::uint64_t call) {
    return m_t.done(call) && m_t.answer(call)->gate <= m_t.store().synced();
}

std::optional<ModelRun::Answer> ModelRun::send(std::string_view operation,
                                               const boost::json::object& body) {
    const std::string text = boost::json::serialize(body);
    m_request = std::string(operation) + " " + text;
    auto parsed = api::parseCall(std::string(kTarget) + std::string(operation), text, "us-east-1");
    std::string reply;
    Answer answer;
    const auto take = [&](const ApiError& error) {
        answer.status = httpStatus(error.type);
        api::writeError(error, reply);
    };
    if (!parsed) {
        take(parsed.error());
    } else {
        const std::uint64_t call = ++m_calls;
        const auto zone = ZoneIndex(static_cast<std::uint8_t>(m_prng.below(3)));
        static_cast<void>(m_t.world().admit(cluster::CallInput{
            cluster::CallId(call), *std::move(parsed), {m_account, "key", "us-east-1", zone}}));
        std::uint64_t killAt =
            m_mayKill && m_prng.chance({1, 200}) ? 1 + m_prng.below(20) : UINT64_MAX;
        while (!isReleased(call)) {
            const Instant now = m_t.world().now();
            const Instant next = std::max(now, m_t.world().nextEventAt());
            m_t.turn(std::min(next, now + Duration(1s)), 1 + m_prng.below(100));
            if (--killAt == 0) {
                kill();
                return std::nullopt;
            }
            m_t.sync();
        }
        const cluster::Answered& answered = *m_t.answer(call);
        if (answered.result) {
            static_cast<const api::ApiCall&>(*answered.call).writeReply(*answered.result, reply);
        } else {
            take(answered.result.error());
        }
    }
    answer.body = boost::json::parse(reply).as_object();
    if (answer.status != 200) ++m_refused[answer.error()];
    return answer;
}

std::optional<ModelRun::Answer> ModelRun::insist(std::string_view operation,
                                                 const boost::json::object& body) {
    for (int tries = 0; tries < 100; ++tries) {
        auto answer = ask(operation, body);
        if (!answer) return answer;
        // A transaction that has been answered may still be on its way to some items.
        const bool isConflict = answer->message().contains("TransactionConflict") ||
                                answer->error() == "TransactionConflictException" ||
                                answer->error() == "TransactionInProgressException";
        if (!isConflict) return answer;
        m_t.run(100ms);
    }
    problem("an item remains in a transaction");
    return std::nullopt;
}

void ModelRun::apply(const std::vector<Effect>& effects) {
    for (const Effect& effect : effects)
        effect.table->set(effect.key, effect.after);
    m_isSettled = false;
}

std::optional<ModelRun::Answer> ModelRun::askWrite(std::string_view operation,
                                                   const boost::json::object& body,
                                                   const std::vector<Effect>& effects,
                                                   Together together) {
    auto answer = insist(operation, body);
    m_isSettled = false;
    if (!m_problem.empty()) return std::nullopt;
    const auto* unprocessed = answer ? answer->body.if_contains("UnprocessedItems") : nullptr;
    const bool isPart = unprocessed != nullptr && !unprocessed->as_object().empty();
    const bool isHurt = answer && answer->status == 200 && together == Together::Each &&
                        boost::json::serialize(answer->body).contains("InternalServerError");
    if (answer && !answer->isInternal() && !isPart && !isHurt) return answer;
    ++m_unknown;
    resolve(effects, together);
    return std::nullopt;
}

std::optional<ModelRun::Answer> ModelRun::askWithToken(std::string_view operation,
                                                       boost::json::object body) {
    body["ClientRequestToken"] = "token-" + std::to_string(m_calls);
    m_isSettled = false;
    auto answer = insist(operation, body);
    for (int tries = 0; tries < 20 && (!answer || answer->isInternal()); ++tries) {
        settle();
        answer = insist(operation, body);
        ++m_repeated;
    }
    m_isSettled = false;
    if (!answer || answer->isInternal()) {
        problem("no answer after healing");
        return std::nullopt;
    }
    if (answer->status == 200 && m_prng.chance({1, 2})) {
        const auto again = insist(operation, body);
        if (again && !again->isInternal() && again->status != 200)
            problem("asked again, refused with " + again->error() + ": " + again->message());
        ++m_repeated;
    }
    return answer;
}

void ModelRun::resolve(const std::vector<Effect>& effects, Together together) {
    const std::string request = m_request;
    settle();
    bool isDone = false;
    bool isUndone = false;
    for (const Effect& effect : effects) {
        boost::json::object body{
            {"TableName", effect.table->name()}, {"Key", effect.key}, {"ConsistentRead", true}};
        std::optional<Answer> answer;
        for (int tries = 0; tries < 20 && (!answer || answer->status != 200); ++tries) {
            if (tries > 0) settle();
            answer = ask("GetItem", body);
        }
        if (!answer || answer->status != 200) return problem("no answer after healing");
        const auto* item = answer->body.if_contains("Item");
        std::optional<Attributes> found;
        if (item != nullptr) found = sorted(item->as_object());
        if (found != effect.before && found != effect.after) {
            m_request = request;
            return problem("a write that may have been done left " +
                           (item ? boost::json::serialize(*item) : std::string("nothing")));
        }
        if (effect.before != effect.after) (found == effect.after ? isDone : isUndone) = true;
        effect.table->set(effect.key, found);
    }
    m_request = request;
    // A group at rest commits the end of its log only when it is asked, so what was read may have
    // been written just now, and an index may not have it yet.
    m_isSettled = false;
    if (together == Together::All && isDone && isUndone) problem("a transaction is half done");
}

void ModelRun::finish() {
    settle();
    judgeItems();
    judgeCounts();
    if (m_hasNamespaces) {
        changeNamespace();
        judgeItems();
        judgeCounts();
    }
    settle();
    m_t.reclaim();
    m_request = "at the end";
    problem(judgeAtRest(m_t.world(), m_t.store(), m_lasting));
}

void ModelRun::judgeItems() {
    m_isSettled = false;
    for (Table& table : m_tables) {
        m_request = "at the end, " + table.name();
        std::map<std::string, Attributes> items;
        boost::json::object body{{"TableName", table.name()}, {"ConsistentRead", true}};
        std::optional<Answer> answer;
        for (int tries = 0; tries < 20 && (!answer || answer->status != 200); ++tries)
            answer = ask("Scan", body);
        if (!answer || answer->status != 200) return problem("no answer after healing");
        for (const auto& item : answer->body.at("Items").as_array())
            items[table.keyText(sorted(item.as_object()))] = sorted(item.as_object());
        if (items != table.items()) return problem("the table holds other items than the model");
    }
}

void ModelRun::judgeCounts() {
    settle();
    for (const Table& table : m_tables) {
        // The process may be killed before it answers.
        std::optional<Answer> answer;
        for (int tries = 0; tries < 20 && !answer; ++tries) {
            if (tries > 0) settle();
            answer = ask("DescribeTable", {{"TableName", table.name()}});
        }
        if (!answer || answer->status != 200) return problem("no answer after healing");
        const auto judge = [&](const boost::json::object& shown, std::string_view size,
                               const Schema* index) {
            std::size_t bytes = 0;
            const std::vector<Attributes> entries = table.entries(index);
            for (const Attributes& entry : entries)
                bytes += bytesOf(entry);
            const auto count = shown.at("ItemCount").to_number<std::size_t>();
            if (count == entries.size() && shown.at(size).to_number<std::size_t>() == bytes) return;
            problem((index ? index->name : table.name()) + " counts " +
                    boost::json::serialize(shown) + ", expected " + std::to_string(entries.size()) +
                    " with " + std::to_string(bytes) + " bytes");
        };
        const auto& described = answer->body.at("Table").as_object();
        judge(described, "TableSizeBytes", nullptr);
        for (const Schema& index : table.indexes()) {
            const auto& list =
                described.at(index.isGlobal ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes");
            for (const auto& shown : list.as_array()) {
                if (shown.at("IndexName").as_string() == index.name)
                    judge(shown.as_object(), "IndexSizeBytes", &index);
            }
        }
    }
}

void ModelRun::problem(const std::string& what) {
    if (m_problem.empty() && !what.empty()) m_problem = what + "\n" + m_request;
}

void ModelRun::expectItem(const Answer& answer, std::string_view member,
                          const std::optional<Attributes>& item) {
    const auto* shown = answer.body.if_contains(member);
    if (!item && shown == nullptr) return;
    const std::string text = shown ? boost::json::serialize(*shown) : "nothing";
    if (!item) return problem(std::string(member) + " is shown: " + text);
    if (shown == nullptr || sorted(shown->as_object()) != *item)
        problem(std::string(member) + " is " + text + ", expected " +
                boost::json::serialize(*item));
}

void ModelRun::expectError(const Answer& answer, std::string_view error,
                           const std::vector<std::string>& messages) {
    if (answer.status == 200)
        return problem("answered " + boost::json::serialize(answer.body) + ", expected " +
                       std::string(error));
    if (answer.error() != error)
        return problem("refused with " + answer.error() + " " + answer.message() + ", expected " +
                       std::string(error));
    if (messages.empty() || std::ranges::count(messages, answer.message()) > 0) return;
    problem("refused with \"" + answer.message() + "\", expected \"" + messages.front() + "\"");
}

}  // namespace orrery::test::model
