#pragma once

#include <string>
#include <vector>

#include "tests/model/table.h"

namespace orrery::test::model {

/// Draws what requests for a table consist of.
class Draw {
public:
    Draw(Prng& prng, const Table& table) : m_prng(prng), m_table(table) {}

    /// A key; often that of an item.
    Attributes key();
    Attributes item(const Attributes& key);
    /// `isSimple`: one that has a legacy form.
    Condition condition(bool isSimple);
    /// The same without attributes of this key.
    Condition filter(const Schema& keys, bool isSimple);
    /// Some changes of different attributes, none of them of the key. `isSimple`: they have a
    /// legacy form. `isStatement`: they have one in PartiQL.
    Changes update(bool isSimple, bool isStatement);
    /// Paths in different attributes.
    std::vector<Path> projection(bool isFlat);
    Write write(Write::Kind kind, bool isSimple, bool isStatement);

    /// Keeps the types of the keys of indexes, which a transaction would be refused for.
    void keepTypes() { m_keepsTypes = true; }

private:
    std::string attribute();
    Path path(const std::string& top);
    Value valueFor(const std::string& attribute);
    /// Like the one of some item at this path, so that comparisons often hold.
    Value valueLike(const Path& path);
    Value ordered(const Path& path);
    Condition simple(const std::string& attribute);
    Condition leaf(const Schema* without);
    Condition tree(const Schema* without, int depth);
    Change change(const std::string& attribute, bool isSimple, bool isStatement);
    Change assigning(const std::string& attribute, bool isStatement);
    char keyType(const std::string& attribute) const;

    Prng& m_prng;
    const Table& m_table;
    bool m_keepsTypes = false;
};

}  // namespace orrery::test::model
