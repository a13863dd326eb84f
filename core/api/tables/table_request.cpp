#include "core/api/tables/table_request.h"

#include "core/api/tables/table_settings.h"
#include "core/base/result.h"

namespace orrery::api {

ApiResult<TableRequest> takeTableRequest(const Fields& request) {
    return TableRequest{std::string(request.text("TableName")), nullptr};
}

ApiResult<AccountRequest> takeAccountRequest(const Fields&) {
    return AccountRequest{};
}

ApiResult<cluster::Request> bindAccountRequest(AccountRequest&, const cluster::Catalog&,
                                               const cluster::Caller&) {
    return cluster::ReadNothing{};
}

ApiResult<cluster::Request> bindTableRequest(TableRequest& parsed, const cluster::Catalog& catalog,
                                             const cluster::Caller& caller) {
    TRY_ASSIGN(parsed.table, findPresentTable(catalog, caller, parsed.tableName));
    return cluster::ReadNothing{};
}

ApiResult<cluster::Request> bindOptionalTable(TableRequest& parsed, const cluster::Catalog& catalog,
                                              const cluster::Caller& caller) {
    if (parsed.tableName.empty()) return cluster::ReadNothing{};
    return bindTableRequest(parsed, catalog, caller);
}

}  // namespace orrery::api
