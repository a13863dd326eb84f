#include "core/http/request_parser.h"

#include <functional>

#include "core/base/utf8.h"

namespace orrery::http {

namespace beast = boost::beast;
using beast::http::field;
using beast::http::verb;

namespace {

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

Method methodOf(verb method) {
    switch (method) {
        case verb::get:
            return Method::Get;
        case verb::head:
            return Method::Head;
        case verb::post:
            return Method::Post;
        case verb::put:
            return Method::Put;
        case verb::delete_:
            return Method::Delete;
        case verb::options:
            return Method::Options;
        default:
            return Method::Other;
    }
}

}  // namespace

void RequestParser::on_request_impl(verb method, beast::string_view methodName,
                                    beast::string_view target, int version, beast::error_code&) {
    request.method = methodOf(method);
    request.methodName = view(methodName);
    request.target = view(target);
    request.http10 = version < 11;
}

void RequestParser::on_field_impl(field name, beast::string_view nameText, beast::string_view value,
                                  beast::error_code&) {
    if (m_headDone) return;  // A trailer of a chunked body.
    // Beast unfolds a value into memory of its own, which is gone before the field is read.
    const std::less<> before;
    if (before(value.data(), m_input.data()) ||
        before(m_input.data() + m_input.size(), value.data() + value.size())) {
        m_malformed = true;
        return;
    }
    switch (name) {
        case field::host:
            m_malformed = m_malformed || request.hasHost;
            request.host = view(value);
            request.hasHost = true;
            break;
        case field::content_length:
            m_malformed = m_malformed || m_hasLength || value.find(',') != value.npos;
            m_hasLength = true;
            break;
        case field::transfer_encoding:
            m_chunkedAlone = !m_coded && beast::iequals(value, "chunked");
            m_coded = true;
            break;
        case field::authorization:
            request.authorization = view(value);
            break;
        case field::content_type:
            request.contentType = view(value);
            break;
        case field::content_encoding:
            // Codings that are applied one after another; none of them is known then.
            m_malformed = m_malformed || !request.contentEncoding.empty();
            request.contentEncoding = view(value);
            break;
        case field::accept_encoding:
            if (!m_hasAcceptEncoding) request.acceptEncoding = view(value);
            m_hasAcceptEncoding = true;
            break;
        case field::date:
            request.date = view(value);
            break;
        case field::origin:
            m_malformed = m_malformed || !request.origin.empty();
            request.origin = view(value);
            break;
        case field::sec_fetch_site:
            request.fetchSite = view(value);
            break;
        case field::expect:
            expectsContinue = beast::iequals(value, "100-continue");
            break;
        case field::access_control_request_method:
            request.corsMethod = view(value);
            break;
        case field::access_control_request_headers:
            request.corsHeaders = view(value);
            break;
        case field::unknown:
            onOwnField(nameText, value);
            break;
        default:
            break;
    }
}

void RequestParser::onOwnField(beast::string_view name, beast::string_view value) {
    if (beast::iequals(name, "x-amz-target")) request.amzTarget = view(value);
    if (beast::iequals(name, "x-amz-date")) request.amzDate = view(value);
    if (beast::iequals(name, "x-orrery-zone")) request.zone = view(value);
    if (beast::iequals(name, "x-orrery-namespace")) {
        m_malformed = m_malformed || request.nameSpace.has_value();
        request.nameSpace = view(value);
    }
}

bool RequestParser::hasText() const {
    const Request& r = request;
    return isUtf8(r.target) && isUtf8(r.host) && isUtf8(r.authorization) && isUtf8(r.amzTarget) &&
           isUtf8(r.amzDate) && isUtf8(r.date) && isUtf8(r.contentType) && isUtf8(r.origin) &&
           isUtf8(r.zone) && isUtf8(r.corsMethod) && isUtf8(r.corsHeaders) &&
           isUtf8(r.nameSpace.value_or(std::string_view()));
}

}  // namespace orrery::http
