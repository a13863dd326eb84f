#include "core/storage/key_tree.h"

#include <QTest>

#include <algorithm>
#include <map>

#include "core/base/prng.h"
#include "tests/support/test_main.h"

// Goal: a tree of long keys is an ordered map, whatever the keys share, and leaves nothing behind.
// Method: the same random puts, erasures, look-ups and walks on it and on a std::map. Keys are made
// from few long pieces, so that they share chunks, end in them, and begin one another.

using namespace orrery;
using namespace orrery::storage;

namespace {

std::string randomKey(Prng& prng) {
    static constexpr std::size_t kLengths[] = {1, 3, 499, 500, 501, 1000};
    std::string key(1, static_cast<char>(prng.below(2)));
    const std::uint64_t pieces = prng.below(4);
    for (std::uint64_t i = 0; i < pieces; ++i) {
        const char byte = "\0a\xff"[prng.below(3)];
        key.append(kLengths[prng.below(std::size(kLengths))], byte);
    }
    return key;
}

}  // namespace

class KeyTreeTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<Environment> m_environment;
    std::optional<KeyTree> m_tree;

    void compareWalk(const Transaction& transaction,
                     const std::map<std::string, std::string>& model, const std::string& from) {
        auto opened = KeyTreeCursor::open(transaction, *m_tree);
        QVERIFY(opened.has_value());
        KeyTreeCursor& cursor = *opened;
        QVERIFY(cursor.seek(from).has_value());
        for (auto at = model.lower_bound(from); at != model.end(); ++at) {
            QVERIFY(cursor.valid());
            QVERIFY(cursor.key() == at->first);
            QVERIFY(cursor.value() == at->second);
            QVERIFY(cursor.next().has_value());
        }
        QVERIFY(!cursor.valid());
        QVERIFY(cursor.seekBefore(from).has_value());
        for (auto at = model.lower_bound(from); at != model.begin();) {
            --at;
            QVERIFY(cursor.valid());
            QVERIFY(cursor.key() == at->first);
            QVERIFY(cursor.value() == at->second);
            QVERIFY(cursor.previous().has_value());
        }
        QVERIFY(!cursor.valid());
    }

private slots:
    void init() {
        m_environment.reset();
        auto opened = Environment::open(
            {.file = m_folder.filePath("keys.mdb").toStdString(),
             .mapBytes = 64u << 20,
             .databases = {"keys", "paths", "counters"},
             .onCreate = [](const Environment&, WriteTransaction&) -> StorageResult<void> {
                 return {};
             }});
        QVERIFY(opened.has_value());
        m_environment = *std::move(opened);
        m_tree.emplace(m_environment->database(0), m_environment->database(1),
                       m_environment->database(2));
    }

    void isAnOrderedMap() {
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            Prng prng(seed);
            std::map<std::string, std::string> model;
            auto transaction = WriteTransaction::begin(*m_environment);
            QVERIFY(transaction.has_value());
            for (int step = 0; step < 400; ++step) {
                const std::string key = randomKey(prng);
                if (prng.chance({3, 5})) {
                    const std::string value = std::to_string(step);
                    QVERIFY(m_tree->put(*transaction, key, value).has_value());
                    model[key] = value;
                } else {
                    const auto erased = m_tree->erase(*transaction, key);
                    QVERIFY(erased.has_value());
                    QCOMPARE(*erased, model.erase(key) == 1);
                }
                const std::string other = randomKey(prng);
                const auto found = m_tree->get(*transaction, other);
                QVERIFY(found.has_value());
                QCOMPARE(found->has_value(), model.contains(other));
                if (*found) QVERIFY(**found == model[other]);
                if (step % 10 == 0) compareWalk(*transaction, model, randomKey(prng));
                if (QTest::currentTestFailed()) return;
            }
            for (const auto& [key, value] : model)
                QCOMPARE(m_tree->erase(*transaction, key).value(), true);
            QCOMPARE(*transaction->entryCount(m_tree->keys()), std::uint64_t{0});
            QCOMPARE(*transaction->entryCount(m_tree->paths()), std::uint64_t{0});
            QVERIFY(transaction->commit().has_value());
        }
    }

    // Ten thousand that share a thousand bytes have two chunks in common and an entry each.
    void sharesChunks() {
        auto transaction = WriteTransaction::begin(*m_environment);
        const std::string prefix(1000, 'p');
        for (int i = 0; i < 10'000; ++i)
            QVERIFY(m_tree->put(*transaction, prefix + std::to_string(i), "v").has_value());
        QCOMPARE(*transaction->entryCount(m_tree->keys()), std::uint64_t{1});
        QCOMPARE(*transaction->entryCount(m_tree->paths()), std::uint64_t{10'001});
    }
};

ORRERY_TEST_CLASS(KeyTreeTest)
#include "key_tree_test.moc"
