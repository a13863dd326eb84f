// Goal: a list of tables is what a sorted map says, whatever came and went; lists that were given
// away never change; and one more list costs what changed.

#include <QTest>

#include <map>
#include <set>

#include "core/base/prng.h"
#include "core/observe/snapshot.h"
#include "tests/support/test_main.h"

using namespace orrery;
using observe::TableList;
using observe::TableListBuilder;
using observe::TableViewPtr;

namespace {

TableViewPtr table(const std::string& account, const std::string& name) {
    auto view = std::make_shared<observe::TableView>();
    view->accountId = account;
    view->name = name;
    return view;
}

std::vector<TableViewPtr> all(const TableList& list) {
    return {list.begin(), list.end()};
}

}  // namespace

class TableListTest : public QObject {
    Q_OBJECT
private slots:
    void isWhatASortedMapSays() {
        Prng prng(1);
        TableListBuilder builder;
        std::map<std::pair<std::string, std::string>, TableViewPtr> expected;
        std::vector<std::pair<TableList, std::vector<TableViewPtr>>> given;
        for (int step = 0; step < 4000; ++step) {
            const std::string account = std::to_string(prng.below(3));
            const std::string name = std::to_string(prng.below(400));
            if (prng.chance({2, 5})) {
                builder.erase(account, name);
                expected.erase({account, name});
            } else {
                const TableViewPtr view = table(account, name);
                builder.set(view);
                expected[{account, name}] = view;
            }
            if (!prng.chance({1, 20})) continue;
            const TableList list = builder.build();
            std::vector<TableViewPtr> views;
            for (const auto& [key, view] : expected)
                views.push_back(view);
            QVERIFY(all(list) == views);
            QCOMPARE(list.size(), views.size());
            if (!views.empty()) QVERIFY(list[views.size() - 1] == views.back());
            given.emplace_back(list, views);
        }
        for (const auto& [list, views] : given)
            QVERIFY(all(list) == views);
    }

    void mayBecomeEmpty() {
        TableListBuilder builder;
        builder.erase("a", "not there");
        QVERIFY(builder.build().empty());
        builder.set(table("a", "b"));
        builder.erase("a", "b");
        QVERIFY(builder.build().begin() == builder.build().end());
    }

    // Each list holds a reference to a view through a chunk of its own or of others.
    void sharesWhatDidNotChange() {
        constexpr int kTables = 5000;
        TableListBuilder builder;
        std::vector<TableViewPtr> views;
        for (int i = 0; i < kTables; ++i) {
            views.push_back(table("a", std::to_string(10'000 + i)));
            builder.set(views.back());
        }
        const TableList first = builder.build();
        builder.set(table("a", "10007"));
        const TableList second = builder.build();
        const auto copied = std::ranges::count_if(
            views, [](const TableViewPtr& view) { return view.use_count() > 2; });
        QVERIFY(copied > 0 && copied < 100);
        QVERIFY(all(first) == views);
        QVERIFY(second[7] != views[7]);
    }
};

ORRERY_TEST_CLASS(TableListTest)
#include "table_list_test.moc"
