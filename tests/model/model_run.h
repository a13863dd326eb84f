#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/account_id.h"
#include "tests/cluster/lasting_judges.h"
#include "tests/cluster/world_harness.h"
#include "tests/model/draw.h"
#include "tests/model/request_text.h"

namespace orrery::test::model {

/// Mistakes of an engine, as its clients see them: planted between a run and its world, to show
/// that the model finds what is wrong with the meaning of requests. (PlantedBug has those of a
/// world.)
enum class Mistake : std::uint8_t {
    None,
    RemovalMakesItem,  ///< An update that only removes makes a missing item.
    DeletesAnyway,     ///< The condition of a DeleteItem is not heeded.
    PageEndsEarly,     ///< A page of a Query that is full says that it is the last.
    CountsFiltered,    ///< ScannedCount counts what the filter lets pass.
    HidesValues,       ///< UPDATED_NEW shows nothing.
};

/// One seed of model_sim_test.cpp, which says what it does and judges.
class ModelRun {
public:
    explicit ModelRun(std::uint64_t seed, cluster::PlantedBug bug = cluster::PlantedBug::None,
                      Mistake mistake = Mistake::None);

    /// Empty, or what was answered otherwise than by the model, and the request.
    std::string run();
    std::uint64_t hash() { return m_t.world().eventHash(); }
    /// How many answers were compared, by operation.
    const std::map<std::string, int>& compared() const { return m_compared; }
    /// The same by the name of the error.
    const std::map<std::string, int>& refused() const { return m_refused; }
    /// Writes of which no answer told whether they were done.
    int unknown() const { return m_unknown; }
    /// Transactions that were asked for again by their token.
    int repeated() const { return m_repeated; }
    /// Resets of a namespace.
    int resets() const { return m_resets; }

private:
    struct Answer {
        int status = 200;
        boost::json::object body;

        /// "ConditionalCheckFailedException".
        std::string error() const;
        std::string message() const;
        bool isInternal() const { return status >= 500; }
    };

    /// What a request writes if it is done.
    struct Effect {
        Table* table = nullptr;
        Attributes key;
        std::optional<Attributes> before;
        std::optional<Attributes> after;
    };
    enum class Together { All, Each };

    // --- namespaces (model_namespaces.cpp)

    /// Makes the tables of the namespace that requests are made in.
    void createTables(Prng& prng);
    /// Later requests are made in the other one.
    void changeNamespace();
    void resetNamespace();
    /// ListTables shows the tables of the namespace, and no others.
    void judgeNames();

    // --- the world (model_world.cpp)

    void fault();
    void settle();
    void finish();
    /// The tables of the namespace hold what the model holds.
    void judgeItems();
    /// DescribeTable counts items and the entries of indexes as the model does.
    void judgeCounts();
    /// The answer, or nothing after a kill in between.
    std::optional<Answer> send(std::string_view operation, const boost::json::object& body);
    /// The same with the mistake (model_mistakes.cpp).
    std::optional<Answer> ask(std::string_view operation, const boost::json::object& body);
    /// The same, and again until nothing is in the way of the request.
    std::optional<Answer> insist(std::string_view operation, const boost::json::object& body);
    bool isReleased(std::uint64_t call);
    void kill();
    /// Asks for a write. If no answer tells whether it was done, the table does, and there is no
    /// answer.
    std::optional<Answer> askWrite(std::string_view operation, const boost::json::object& body,
                                   const std::vector<Effect>& effects, Together together);
    /// Reads what became of writes.
    void resolve(const std::vector<Effect>& effects, Together together);
    void apply(const std::vector<Effect>& effects);
    /// A transaction with a token counts once, however often it is asked for.
    std::optional<Answer> askWithToken(std::string_view operation, boost::json::object body);

    // --- requests

    Table& pickTable() { return m_tables[m_prng.below(m_tables.size())]; }
    bool draw(std::uint32_t n) { return m_prng.chance({1, n}); }

    // model_writes.cpp
    void singleWrite();
    void batchWrite();
    void transactWrite();
    boost::json::object writeBody(Table& table, const Write& write, bool isSimple);
    std::vector<Write> drawWrites(std::vector<Table*>& tables, bool isStatement, bool withChecks);
    void judgeSingle(const Answer& answer, const Table& table, const Write& write,
                     const Written& expected, std::string_view returned);
    void judgeCancelled(const Answer& answer, const std::vector<Write>& writes,
                        const std::vector<Written>& expected);
    void judgeCapacity(const Answer& answer, std::int64_t halves);

    // model_reads.cpp
    void getItem();
    void batchGet();
    void transactGet();
    void query();
    void scan();
    void readSettled();
    struct Range;
    Range drawRange();
    void drawKeyCondition(Range& range);
    void drawFilter(Range& range, bool isSimple);
    void addLegacy(Range& range, std::string_view member);
    /// False if not all pages were answered.
    bool readPages(std::string_view operation, Range& range);
    void takePage(const Answer& answer, Range& range);
    void judgePages(std::string_view operation, const Range& range);

    // model_statements.cpp
    void statement();
    void select();
    void batchStatements();
    void transactStatements();
    /// SELECTs of single items, in a batch or in a transaction.
    void readStatements();
    boost::json::object statementBody(const Table& table, const Write& write,
                                      std::string_view returning);

    // --- judging

    /// What a request that succeeds shows differs from what the model has.
    void expectItem(const Answer& answer, std::string_view member,
                    const std::optional<Attributes>& item);
    void expectError(const Answer& answer, std::string_view error,
                     const std::vector<std::string>& messages);
    void problem(const std::string& what);

    Prng m_prng;
    Prng m_shape;  ///< For what came later, so that kept seeds stay what they were.
    const bool m_hasNamespaces;
    WorldHarness m_t;
    LastingJudges m_lasting;
    const Mistake m_mistake;
    const Ratio m_fault;
    const Ratio m_kill;
    std::string m_account{kSharedAccount};
    std::vector<Table> m_tables;
    /// The other namespace, with tables of the same names.
    std::string m_otherAccount{accountIdOf(kSharedAccount, "other")};
    std::vector<Table> m_otherTables;
    std::uint64_t m_calls = 0;
    bool m_mayKill = false;  ///< All tables are there.
    /// No fault is active, and all replicas know all that was written.
    bool m_isSettled = true;
    std::string m_request;  ///< The last one, for what is said of a problem.
    std::map<std::string, int> m_compared;
    std::map<std::string, int> m_refused;
    int m_unknown = 0;
    int m_repeated = 0;
    int m_resets = 0;
    std::string m_problem;
};

}  // namespace orrery::test::model
