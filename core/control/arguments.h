#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace orrery::control {

// The arguments of control calls, read from text.

template <typename T>
using Parsed = std::expected<T, std::string>;

/// "20s", "500ms", "2m", "35d", "1.5h"; units ns, us, ms, s, m, h, d. Never negative.
Parsed<Duration> parseDuration(std::string_view text);

/// "us-east-1b": the Region and the zone.
Parsed<std::pair<std::string, ZoneIndex>> parseZone(std::string_view text);
std::string zoneName(std::string_view region, ZoneIndex zone);

/// "table=T&at=0.7" with %XX and + decoded. If a name occurs twice, the last value counts.
std::map<std::string, std::string, std::less<>> parseQuery(std::string_view query);

/// The account id (base/account_id.h) that the arguments "account", twelve digits, and "namespace"
/// name together; empty if there is neither.
Parsed<std::string> accountIdIn(const std::map<std::string, std::string, std::less<>>& arguments);

/// A fraction from 0 to 1, in units of 2^-32.
Parsed<std::uint64_t> parseFraction(std::string_view text);
Parsed<std::uint64_t> parseCount(std::string_view text);

std::optional<std::string> fromHex(std::string_view text);

/// "2026-11-21T10:11:12.345Z"
std::string calendarText(CalendarTime time);
/// The same with nanoseconds: "2026-11-21T10:11:12.345678901Z".
std::string exactCalendarText(CalendarTime time);
/// Includes the fraction of a millisecond.
double milliseconds(Duration duration);

}  // namespace orrery::control
