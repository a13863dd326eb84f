#include "core/cluster/catalog/control_state.h"

#include <cerrno>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"

namespace orrery::cluster {
namespace {

// Version 2 puts a version byte before the values of control_state.h. Version 1 has none: a clock
// setting is recognised by its length, a profile by its first byte, a letter.
constexpr std::string_view kClockValue = "clock-setting";
constexpr std::string_view kProfileValue = "profile";
constexpr std::uint8_t kVersion = 2;
constexpr std::size_t kClockBytesOfVersion1 = 9;
constexpr std::size_t kNameShownMax = 40;

// A name as a sentence can show it, whatever its bytes are.
std::string shown(std::string_view name) {
    std::string text;
    for (const char c : name.substr(0, kNameShownMax))
        text += c >= ' ' && c <= '~' ? c : '?';
    return text;
}

}  // namespace

void saveClockSetting(storage::Turn& turn, const ClockSetting& setting) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kVersion);
    out.u8(setting.paused ? 1 : 0);
    out.u64(setting.speed);
    turn.putValue(std::string(kClockValue), std::move(bytes));
}

storage::StorageResult<ClockSetting> loadClockSetting(const storage::Store& store) {
    TRY_ASSIGN(const auto bytes, store.value(kClockValue));
    if (!bytes) return ClockSetting();
    ByteReader in(*bytes);
    if (bytes->size() > kClockBytesOfVersion1) {
        if (auto refused = refusedVersion(in, kVersion, "The clock setting"))
            return std::unexpected(*std::move(refused));
    }
    const std::uint8_t paused = in.u8();
    const ClockSetting setting{paused != 0, in.u64()};
    const bool sound = in.ok() && in.atEnd() && paused <= 1 && setting.speed >= 1 &&
                       setting.speed <= sim::LiveClock::kSpeedMax;
    if (sound) return setting;
    return std::unexpected(corruptValue("The clock setting"));
}

void saveProfile(storage::Turn& turn, const Profile& profile) {
    turn.putValue(std::string(kProfileValue), static_cast<char>(kVersion) + profile.name);
}

storage::StorageResult<const Profile*> loadProfile(const storage::Store& store) {
    TRY_ASSIGN(const auto name, store.value(kProfileValue));
    if (!name) return nullptr;
    std::string_view known = *name;
    if (known.starts_with(static_cast<char>(kVersion))) known.remove_prefix(1);
    if (const Profile* profile = Profile::find(known)) return profile;
    return std::unexpected(storage::StorageError{
        "decode profile", EPROTO, "",
        "The data folder names a profile that this version does not know, \"" + shown(known) +
            "\"; choose one with --profile."});
}

}  // namespace orrery::cluster
