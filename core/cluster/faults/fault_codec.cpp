#include "core/cluster/faults/fault_codec.h"

#include <algorithm>
#include <cstdint>

namespace orrery::cluster {
namespace {

using observe::FaultTarget;

void put(ByteWriter& out, Duration duration) {
    out.u64(static_cast<std::uint64_t>(duration.count()));
}

Duration takeDuration(ByteReader& in) {
    return Duration(static_cast<std::int64_t>(in.u64()));
}

/// How many Regions a fault can name.
bool isCountSound(FaultTarget target, std::size_t count) {
    switch (target) {
        case FaultTarget::Zones:
            return count == 0;
        case FaultTarget::Region:
            return count == 1;
        case FaultTarget::RegionPair:
            return count == 2;
        case FaultTarget::Replication:
            return count <= 2;
    }
    return false;
}

bool areZonesSound(const FaultPlace& place, const observe::FaultSpec& spec,
                   const WorldState& world) {
    const bool exist = place.region.value() < world.regions.size() &&
                       place.a.value() < kZonesPerRegion && place.b.value() < kZonesPerRegion;
    return exist && (spec.zoneCount == 1 || place.a < place.b);
}

bool isSlowSound(const RegionLink& slow) {
    const auto isSound = [](Duration one) {
        return one >= Duration::zero() && one <= kLinkDelayMax;
    };
    return isSound(slow.delay) && isSound(slow.jitter) && slow.loss.denominator > 0 &&
           slow.loss.numerator <= slow.loss.denominator;
}

bool takeRegions(ByteReader& in, FaultPlace& place, FaultTarget target, const WorldState& world) {
    const std::uint8_t count = in.u8();
    if (!isCountSound(target, count)) return false;
    for (std::uint8_t i = 0; i < count; ++i)
        place.regions.emplace_back(in.u8());
    place.table = in.sized();
    place.oneWay = in.u8() != 0;
    place.slow.delay = takeDuration(in);
    place.slow.jitter = takeDuration(in);
    const std::uint64_t lost = in.varint();
    const std::uint64_t of = in.varint();
    if (std::max(lost, of) > UINT32_MAX) return false;
    place.slow.loss = {static_cast<std::uint32_t>(lost), static_cast<std::uint32_t>(of)};
    const bool exist = std::ranges::all_of(
        place.regions, [&](RegionId id) { return id.value() < world.regions.size(); });
    const bool differ = count < 2 || place.regions.front() != place.regions.back();
    return in.ok() && exist && differ && isSlowSound(place.slow);
}

}  // namespace

void putFault(ByteWriter& out, const Fault& fault) {
    const FaultPlace& place = fault.place;
    out.varint(fault.view.id);
    out.u8(static_cast<std::uint8_t>(fault.kind));
    out.u8(place.region.value());
    out.u8(place.a.value());
    out.u8(place.b.value());
    put(out, fault.view.since.sinceStart());
    put(out, fault.view.until.sinceStart());
    if (observe::specOf(fault.kind).target == FaultTarget::Zones) return;
    out.u8(static_cast<std::uint8_t>(place.regions.size()));
    for (const RegionId region : place.regions)
        out.u8(region.value());
    out.sized(place.table);
    out.u8(place.oneWay ? 1 : 0);
    put(out, place.slow.delay);
    put(out, place.slow.jitter);
    out.varint(place.slow.loss.numerator);
    out.varint(place.slow.loss.denominator);
}

std::optional<Fault> takeFault(ByteReader& in, const WorldState& world) {
    Fault fault;
    fault.view.id = in.varint();
    const std::uint8_t kind = in.u8();
    fault.place.region = RegionId(in.u8());
    fault.place.a = ZoneIndex(in.u8());
    fault.place.b = ZoneIndex(in.u8());
    fault.view.since = Instant(takeDuration(in));
    fault.view.until = Instant(takeDuration(in));
    if (!in.ok() || kind >= observe::faultSpecs().size()) return std::nullopt;
    fault.kind = static_cast<observe::FaultKind>(kind);
    const observe::FaultSpec& spec = observe::specOf(fault.kind);
    if (spec.target != FaultTarget::Zones) {
        if (!takeRegions(in, fault.place, spec.target, world)) return std::nullopt;
        return fault;
    }
    if (!areZonesSound(fault.place, spec, world)) return std::nullopt;
    if (spec.zoneCount == 1) fault.place.b = fault.place.a;
    return fault;
}

}  // namespace orrery::cluster
