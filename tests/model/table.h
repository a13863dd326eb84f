#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/model/updates.h"

namespace orrery::test::model {

struct KeyAttribute {
    std::string name;
    char type = 'S';
    bool operator==(const KeyAttribute&) const = default;
};

/// The key of a table or an index, and what an index projects.
struct Schema {
    std::string name;
    bool isGlobal = false;  ///< Of an index.
    std::vector<KeyAttribute> hash;
    std::vector<KeyAttribute> range;
    std::string projection = "ALL";
    std::vector<std::string> nonKey = {};

    std::vector<KeyAttribute> attributes() const;
    bool has(const std::string& attribute) const;
};

/// A write of one item, in whichever operation it comes.
struct Write {
    enum class Kind { Put, Insert, Update, Delete, Check };
    Kind kind = Kind::Put;
    Attributes key;
    Attributes item = {};  ///< Of a Put or an Insert.
    Changes update = {};
    std::optional<Condition> condition = {};
    /// Statements: an UPDATE of a missing item fails, and a DELETE of one never does.
    bool isStatement = false;
    bool showsOld = false;  ///< Where the condition fails.
};

/// What becomes of a write.
struct Written {
    enum class Failure { None, Condition, Duplicate, Validation };
    Failure failure = Failure::None;
    /// What the message may be; empty if the model does not know.
    std::vector<std::string> messages = {};
    std::optional<Attributes> before = {};
    std::optional<Attributes> after = {};
};

/// A table as a map of items.
class Table {
public:
    explicit Table(Schema keys, std::vector<Schema> indexes);

    const Schema& keys() const { return m_keys; }
    const std::vector<Schema>& indexes() const { return m_indexes; }
    const std::string& name() const { return m_keys.name; }
    const std::map<std::string, Attributes>& items() const { return m_items; }

    Attributes keyOf(const Attributes& item) const;
    /// Distinguishes keys; those of items that are changed too.
    std::string keyText(const Attributes& item) const;
    const Attributes* find(const Attributes& key) const;
    void set(const Attributes& key, const std::optional<Attributes>& item);

    /// What the write would do; it changes nothing.
    Written evaluate(const Write& write) const;
    /// Whether an item has values of the right types for the keys of the indexes.
    bool suitsIndexes(const Attributes& item) const;

    /// The entry of an item in an index, if it has one.
    std::optional<Attributes> entryOf(const Schema& index, const Attributes& item) const;
    /// The items of the table, or of an index as it projects them.
    std::vector<Attributes> entries(const Schema* index) const;
    /// The attributes that tell entries of the index apart; those of the table without one.
    std::vector<KeyAttribute> fullKey(const Schema* index) const;

    /// Capacity in half units: of the table alone, and with its indexes.
    static std::int64_t ownHalves(const std::optional<Attributes>& before,
                                  const std::optional<Attributes>& after);
    std::int64_t writeHalves(const std::optional<Attributes>& before,
                             const std::optional<Attributes>& after) const;

    /// The body of CreateTable.
    boost::json::object createBody() const;

private:
    Schema m_keys;
    std::vector<Schema> m_indexes;
    std::map<std::string, Attributes> m_items;
};

/// 1 unit for 4 KB, in half units.
std::int64_t readHalves(std::size_t bytes, bool isConsistent);

/// A table of this name with keys and up to three indexes.
Table drawTable(Prng& prng, const std::string& name);

}  // namespace orrery::test::model
