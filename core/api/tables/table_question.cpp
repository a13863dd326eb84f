#include "core/api/tables/table_question.h"

#include "core/api/tables/table_settings.h"
#include "core/base/result.h"

namespace orrery::api {

ApiResult<TableQuestion> takeTableQuestion(const Fields& request) {
    return TableQuestion{std::string(request.text("TableName")), nullptr};
}

ApiResult<AccountQuestion> takeAccountQuestion(const Fields&) {
    return AccountQuestion{};
}

ApiResult<cluster::Request> bindAccountQuestion(AccountQuestion&, const cluster::Catalog&,
                                                const cluster::Caller&) {
    return cluster::ReadNothing{};
}

ApiResult<cluster::Request> bindTableQuestion(TableQuestion& question,
                                              const cluster::Catalog& catalog,
                                              const cluster::Caller& caller) {
    TRY_ASSIGN(question.table, findAnyTable(catalog, caller, question.tableName));
    return cluster::ReadNothing{};
}

ApiResult<cluster::Request> bindOptionalTable(TableQuestion& question,
                                              const cluster::Catalog& catalog,
                                              const cluster::Caller& caller) {
    if (question.tableName.empty()) return cluster::ReadNothing{};
    return bindTableQuestion(question, catalog, caller);
}

}  // namespace orrery::api
