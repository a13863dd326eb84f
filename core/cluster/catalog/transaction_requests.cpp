#include "core/cluster/catalog/transaction_requests.h"

#include "core/base/check.h"
#include "core/base/overloaded.h"

namespace orrery::cluster {
namespace {

template <typename T>
concept OtherRequest = OneOf<T, ReadItem, WriteItem, ReadRange, ReadBatch, WriteBatch, CreateTable,
                             DescribeTable, UpdateTable, UpdateTimeToLive, DeleteTable, ListTables,
                             UpdateStream, ReadStream, ReadNothing>;

}  // namespace

TransactionKind transactionKindOf(const Request& request) {
    return std::visit(Overloaded{
                          [](const TransactWrite&) { return TransactionKind::Write; },
                          [](const TransactRead&) { return TransactionKind::Read; },
                          []<OtherRequest T>(const T&) { return TransactionKind::None; },
                      },
                      request);
}

ItemPlace placeOf(const TransactWriteAction& action) {
    return std::visit(
        Overloaded{
            [](const WriteItem& write) { return ItemPlace{write.table, write.key}; },
            [](const ConditionCheck& check) { return ItemPlace{check.table, check.key}; },
        },
        action);
}

std::vector<ItemPlace> placesOf(const Request& request) {
    std::vector<ItemPlace> places;
    std::visit(Overloaded{
                   [&](const TransactWrite& transaction) {
                       for (const TransactWriteAction& action : transaction.actions)
                           places.push_back(placeOf(action));
                   },
                   [&](const TransactRead& transaction) {
                       for (const ReadItem& read : transaction.reads)
                           places.push_back({read.table, read.key});
                   },
                   []<OtherRequest T>(const T&) { CHECK(false); },
               },
               request);
    return places;
}

}  // namespace orrery::cluster
