#include <QCoreApplication>
#include <algorithm>
#include <array>

#include "widgets/requests/requests_model.h"

namespace orrery::widgets {
namespace {

constexpr std::array<std::string_view, 10> kFlags{"stale",    "lagging", "failed", "strong",
                                                  "eventual", "write",   "read",   "control",
                                                  "leader",   "follower"};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(std::string_view text, std::string_view wanted) {
    return std::ranges::search(text, wanted, {}, lower).begin() != text.end() || wanted.empty();
}

bool flagHolds(std::string_view flag, const observe::RequestServed& r) {
    using observe::RequestKind;
    const bool read = r.kind == RequestKind::Read;
    if (flag == "stale") return read && r.staleItems > 0;
    if (flag == "lagging") return read && r.behindRecords > 0;
    if (flag == "failed") return r.httpStatus >= 400;
    if (flag == "strong") return read && r.consistent;
    if (flag == "eventual") return read && !r.consistent;
    if (flag == "write") return r.kind == RequestKind::Write;
    if (flag == "read") return read;
    if (flag == "control") return r.kind == RequestKind::Control;
    if (flag == "leader") return r.replicaKnown && r.leader;
    return r.replicaKnown && !r.leader;
}

}  // namespace

RequestFilter RequestFilter::parse(const QString& text) {
    RequestFilter filter;
    for (QString word : text.toLower().split(u' ', Qt::SkipEmptyParts)) {
        Term term;
        if (word.size() > 1 && word.startsWith(u'-')) {
            term.negated = true;
            word.remove(0, 1);
        }
        const qsizetype colon = word.indexOf(u':');
        if (colon > 0) {
            const QString name = word.left(colon);
            const std::pair<QLatin1String, Kind> names[] = {
                {QLatin1String("op"), Kind::Operation},
                {QLatin1String("table"), Kind::Table},
                {QLatin1String("key"), Kind::Key},
                {QLatin1String("zone"), Kind::Zone},
                {QLatin1String("status"), Kind::Status}};
            const auto* const found =
                std::ranges::find(names, name, [](const auto& pair) { return pair.first; });
            if (found == std::end(names)) {
                filter.m_problem =
                    QCoreApplication::translate(
                        "RequestFilter",
                        "There is no “%1:”. Use op:, table:, key:, zone: or status:.")
                        .arg(name);
                continue;
            }
            term.kind = found->second;
            term.text = word.mid(colon + 1).toStdString();
        } else {
            term.text = word.toStdString();
            if (std::ranges::find(kFlags, term.text) != kFlags.end()) term.kind = Kind::Flag;
        }
        filter.m_terms.push_back(std::move(term));
    }
    return filter;
}

bool RequestFilter::holds(const Term& term, const observe::RequestServed& r) {
    switch (term.kind) {
        case Kind::Flag:
            return flagHolds(term.text, r);
        case Kind::Operation:
            return contains(r.operation, term.text);
        case Kind::Table:
            return contains(r.table, term.text);
        case Kind::Key:
            return contains(r.key, term.text);
        case Kind::Zone:
            return r.replicaKnown && term.text.size() == 1 &&
                   term.text[0] == 'a' + r.replica.zone.value();
        case Kind::Status:
            return std::to_string(r.httpStatus).starts_with(term.text) ||
                   (contains(r.error, term.text) && !r.error.empty());
        case Kind::Word:
            return contains(r.operation, term.text) || contains(r.table, term.text) ||
                   contains(r.key, term.text) || contains(r.error, term.text) ||
                   contains(r.errorText, term.text);
    }
    return false;
}

bool RequestFilter::matches(const observe::RequestServed& request) const {
    return std::ranges::all_of(
        m_terms, [&request](const Term& term) { return holds(term, request) != term.negated; });
}

}  // namespace orrery::widgets
