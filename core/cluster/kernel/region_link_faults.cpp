#include "core/cluster/kernel/region_link_faults.h"

#include <cstdint>

namespace orrery::cluster {
namespace {

/// The share of messages that two independent causes lose together, in millionths. A share alone
/// stays as it is.
Ratio bothLosses(Ratio a, Ratio b) {
    if (a.numerator == 0) return b;
    if (b.numerator == 0) return a;
    constexpr std::uint64_t kParts = 1'000'000;
    const auto delivered = [](Ratio loss) {
        return std::uint64_t{loss.denominator - loss.numerator} * kParts / loss.denominator;
    };
    const std::uint64_t kept = delivered(a) * delivered(b) / kParts;
    return {static_cast<std::uint32_t>(kParts - kept), static_cast<std::uint32_t>(kParts)};
}

RegionLink sum(const RegionLink& a, const RegionLink& b) {
    return {a.delay + b.delay, a.jitter + b.jitter, bothLosses(a.loss, b.loss)};
}

}  // namespace

void RegionLinkFaults::slow(RegionId from, RegionId to, const RegionLink& more) {
    RegionLink& link = m_links[{from, to}].more;
    link = sum(link, more);
}

RegionLinkFaults::LinkFaults RegionLinkFaults::of(RegionId from, RegionId to) const {
    LinkFaults faults;
    const auto found = m_links.find({from, to});
    if (found != m_links.end()) faults = found->second;
    faults.isCut |= m_isolated.contains(from) || m_isolated.contains(to);
    return faults;
}

bool RegionLinkFaults::isSame(const RegionLinkFaults& other, RegionId from, RegionId to) const {
    return of(from, to) == other.of(from, to);
}

bool RegionLinkFaults::isCut(RegionId from, RegionId to) const {
    return of(from, to).isCut;
}

RegionLink RegionLinkFaults::added(const RegionLink& link, RegionId from, RegionId to) const {
    return sum(link, of(from, to).more);
}

}  // namespace orrery::cluster
