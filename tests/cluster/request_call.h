#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/cluster/catalog/request.h"

namespace orrery::test {

/// A call made from a request instead of JSON.
class RequestCall : public cluster::Call {
public:
    using Bind =
        std::function<ApiResult<cluster::Request>(const cluster::Catalog&, const cluster::Caller&)>;
    RequestCall(std::string name, Bind bind) : m_name(std::move(name)), m_bind(std::move(bind)) {}

    ApiResult<cluster::Request> bind(const cluster::Catalog& catalog,
                                     const cluster::Caller& caller) override {
        return m_bind(catalog, caller);
    }
    std::string_view operationName() const override { return m_name; }

private:
    std::string m_name;
    Bind m_bind;
};

}  // namespace orrery::test
