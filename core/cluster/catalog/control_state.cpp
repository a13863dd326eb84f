#include "core/cluster/catalog/control_state.h"

#include <cerrno>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace orrery::cluster {
namespace {

constexpr std::string_view kClockValue = "clock-setting";
constexpr std::string_view kProfileValue = "profile";
constexpr std::size_t kNameShownMax = 40;

// A name as a sentence may show it, whatever the bytes are.
std::string shown(std::string_view name) {
    std::string text;
    for (const char c : name.substr(0, kNameShownMax))
        text += c >= ' ' && c <= '~' ? c : '?';
    return text;
}

}  // namespace

void keepClockSetting(storage::Turn& turn, const ClockSetting& setting) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(setting.paused ? 1 : 0);
    out.u64(setting.speed);
    turn.putValue(std::string(kClockValue), std::move(bytes));
}

storage::StorageResult<ClockSetting> keptClockSetting(const storage::Store& store) {
    TRY_ASSIGN(const auto bytes, store.value(kClockValue));
    if (!bytes) return ClockSetting();
    ByteReader in(*bytes);
    const std::uint8_t paused = in.u8();
    const ClockSetting setting{paused != 0, in.u64()};
    const bool sound = in.ok() && in.atEnd() && paused <= 1 && setting.speed >= 1 &&
                       setting.speed <= sim::LiveClock::kSpeedMax;
    if (sound) return setting;
    return std::unexpected(storage::StorageError{
        "decode clock-setting", EPROTO, "",
        "How the clock was set is damaged in the data folder; restore the folder from a copy."});
}

void keepProfile(storage::Turn& turn, const Profile& profile) {
    turn.putValue(std::string(kProfileValue), profile.name);
}

storage::StorageResult<const Profile*> keptProfile(const storage::Store& store) {
    TRY_ASSIGN(const auto name, store.value(kProfileValue));
    if (!name) return nullptr;
    if (const Profile* profile = Profile::find(*name)) return profile;
    return std::unexpected(storage::StorageError{
        "decode profile", EPROTO, "",
        "The data folder names a profile that this version does not know, \"" + shown(*name) +
            "\"; choose one with --profile."});
}

}  // namespace orrery::cluster
