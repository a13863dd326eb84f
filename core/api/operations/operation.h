#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/api/decode/fields.h"
#include "core/api/decode/shape.h"
#include "core/api/decode/validation_layer.h"
#include "core/api/operations/api_call.h"
#include "core/json/json.h"

namespace orrery::api {

/// What an operation's file defines: the shape of its request, and how a valid request becomes a
/// call. `operation` below creates it and is the only place that erases types.
struct Operation {
    const Shape* input;
    ApiResult<std::unique_ptr<ApiCall>> (*makeCall)(std::string_view name, const Fields& request);
};

/// A call of an operation whose three parts are `parse`, `bind` and `reply`:
///   ApiResult<Parsed> parse(const Fields&)              before the world; knows no catalog
///   ApiResult<cluster::Request> bind(Parsed&, const cluster::Catalog&, const cluster::Caller&)
///                                                       in the world, once; may move out of Parsed
///                                                       what the reply does not need
///   void reply(const Parsed&, const cluster::Reply&, json::Writer&)
///                                                       after it, from an immutable reply
template <typename Parsed, auto bindPart, auto replyPart>
class CallOf final : public ApiCall {
public:
    CallOf(std::string_view name, std::string table, Layer layer, Parsed parsed)
        : m_name(name), m_layer(layer), m_table(std::move(table)), m_parsed(std::move(parsed)) {}

    ApiResult<cluster::Request> bind(const cluster::Catalog& catalog,
                                     const cluster::Caller& caller) override {
        auto request = bindPart(m_parsed, catalog, caller);
        if (!request) return std::unexpected(wordedInWorld(std::move(request).error(), m_layer));
        return request;
    }
    void writeReply(const cluster::Reply& reply, std::string& out) const override {
        json::Writer writer(out);
        replyPart(m_parsed, reply, writer);
    }
    std::string_view operationName() const override { return m_name; }
    std::string_view tableName() const override { return m_table; }

private:
    std::string_view m_name;  // Points into operations.def, so it is always valid.
    Layer m_layer;
    std::string m_table;
    Parsed m_parsed;
};

template <auto parsePart, auto bindPart, auto replyPart>
constexpr Operation operation(const Shape& input) {
    return {
        &input,
        [](std::string_view name, const Fields& request) -> ApiResult<std::unique_ptr<ApiCall>> {
            auto parsed = parsePart(request);
            if (!parsed) return std::unexpected(std::move(parsed).error());
            using Parsed = typename decltype(parsed)::value_type;
            return std::make_unique<CallOf<Parsed, bindPart, replyPart>>(
                name, std::string(request.textIfAny("TableName")), request.layer(),
                *std::move(parsed));
        }};
}

}  // namespace orrery::api
