#include "core/cluster/catalog/region_settings.h"

#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"

namespace orrery::cluster {
namespace {

constexpr std::string_view kValue = "region-settings";
constexpr std::string_view kWhat = "The list of the Regions' clocks and links";
constexpr std::uint8_t kVersion = 1;

void put(ByteWriter& out, Duration duration) {
    out.u64(static_cast<std::uint64_t>(duration.count()));
}

Duration takeDuration(ByteReader& in) {
    return Duration(static_cast<std::int64_t>(in.u64()));
}

bool isWithin(Duration duration, Duration least, Duration most) {
    return duration >= least && duration <= most;
}

bool takeClocks(ByteReader& in, RegionSettings& settings) {
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
        std::string region(in.sized());
        const Duration offset = takeDuration(in);
        if (!isWithin(offset, -kClockOffsetMax, kClockOffsetMax)) return false;
        settings.clockOffsets[std::move(region)] = offset;
    }
    return in.ok();
}

bool takeLinks(ByteReader& in, RegionSettings& settings) {
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
        std::string from(in.sized());
        std::string to(in.sized());
        RegionLink link;
        link.delay = takeDuration(in);
        link.jitter = takeDuration(in);
        const std::uint64_t lost = in.varint();
        const std::uint64_t of = in.varint();
        const bool isSound = isWithin(link.delay, Duration::zero(), kLinkDelayMax) &&
                             isWithin(link.jitter, Duration::zero(), kLinkDelayMax) && of > 0 &&
                             of <= UINT32_MAX && lost <= of;
        if (!isSound) return false;
        link.loss = {static_cast<std::uint32_t>(lost), static_cast<std::uint32_t>(of)};
        settings.links[{std::move(from), std::move(to)}] = link;
    }
    return in.ok();
}

}  // namespace

void saveRegionSettings(storage::Turn& turn, const RegionSettings& settings) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kVersion);
    out.varint(settings.clockOffsets.size());
    for (const auto& [region, offset] : settings.clockOffsets) {
        out.sized(region);
        put(out, offset);
    }
    out.varint(settings.links.size());
    for (const auto& [ends, link] : settings.links) {
        out.sized(ends.first);
        out.sized(ends.second);
        put(out, link.delay);
        put(out, link.jitter);
        out.varint(link.loss.numerator);
        out.varint(link.loss.denominator);
    }
    turn.putValue(std::string(kValue), std::move(bytes));
}

storage::StorageResult<RegionSettings> loadRegionSettings(const storage::Store& store) {
    TRY_ASSIGN(const auto bytes, store.value(kValue));
    RegionSettings settings;
    if (!bytes) return settings;
    ByteReader in(*bytes);
    if (auto refused = refusedVersion(in, kVersion, kWhat))
        return std::unexpected(*std::move(refused));
    if (takeClocks(in, settings) && takeLinks(in, settings) && in.atEnd()) return settings;
    return std::unexpected(corruptValue(kWhat));
}

}  // namespace orrery::cluster
