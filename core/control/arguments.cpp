#include "core/control/arguments.h"

#include <array>
#include <charconv>
#include <chrono>

#include "core/base/account_id.h"
#include "core/base/zone_letter.h"

namespace orrery::control {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t nanoseconds;
};

constexpr Unit kUnits[] = {
    {"ns", 1},
    {"us", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
    {"d", 86'400'000'000'000},
};

/// Longer than any retention test needs, and far below an overflow of instants.
constexpr std::int64_t kDaysMax = 36'500;

constexpr std::size_t kFractionDigitsMax = 9;

/// Reads "12.345" as 12 and 345,000,000 billionths; false if `text` is no such number.
bool parseDecimal(std::string_view text, std::int64_t& whole, std::int64_t& billionths) {
    const std::size_t point = text.find('.');
    const std::string_view digits = text.substr(0, point);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
    if (error != std::errc() || end != digits.data() + digits.size() || whole < 0) return false;
    if (digits.front() == '-') return false;
    billionths = 0;
    if (point == std::string_view::npos) return true;
    const std::string_view fraction = text.substr(point + 1);
    if (fraction.empty() || fraction.size() > kFractionDigitsMax) return false;
    for (std::size_t i = 0; i < kFractionDigitsMax; ++i) {
        const char digit = i < fraction.size() ? fraction[i] : '0';
        if (digit < '0' || digit > '9') return false;
        billionths = billionths * 10 + (digit - '0');
    }
    return true;
}

void appendPadded(std::string& out, std::int64_t value, std::size_t width) {
    const std::string digits = std::to_string(value);
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out += digits;
}

int hexDigit(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hexDigit(text[i + 1]) >= 0 &&
            hexDigit(text[i + 2]) >= 0) {
            out += static_cast<char>(hexDigit(text[i + 1]) * 16 + hexDigit(text[i + 2]));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

}  // namespace

Parsed<Duration> parseDuration(std::string_view text) {
    const std::size_t letters = text.find_first_not_of("0123456789.");
    const std::string complaint =
        "\"" + std::string(text) + "\" is not a duration; write one such as 500ms, 20s, 2m or 35d.";
    if (letters == 0 || letters == std::string_view::npos) return std::unexpected(complaint);
    std::int64_t whole = 0;
    std::int64_t billionths = 0;
    if (!parseDecimal(text.substr(0, letters), whole, billionths))
        return std::unexpected(complaint);
    for (const Unit& unit : kUnits) {
        if (unit.name != text.substr(letters)) continue;
        constexpr std::int64_t kDay = kUnits[6].nanoseconds;
        if (whole > kDaysMax * (kDay / unit.nanoseconds)) {
            return std::unexpected("\"" + std::string(text) +
                                   "\" is too long; the maximum is a century.");
        }
        // Nine digits of a fraction of a day do not overflow: a day has 8.64 × 10^13 ns.
        const std::int64_t part = unit.nanoseconds >= 1'000'000'000
                                      ? unit.nanoseconds / 1'000'000'000 * billionths
                                      : unit.nanoseconds * billionths / 1'000'000'000;
        return Duration(whole * unit.nanoseconds + part);
    }
    return std::unexpected(complaint);
}

Parsed<std::pair<std::string, ZoneIndex>> parseZone(std::string_view text) {
    const char letter = text.empty() ? '\0' : text.back();
    if (text.size() < 2 || letter < 'a' || letter >= 'a' + kZonesPerRegion) {
        return std::unexpected("\"" + std::string(text) +
                               "\" is not an Availability Zone; write one such as us-east-1b.");
    }
    return std::pair(std::string(text.substr(0, text.size() - 1)),
                     ZoneIndex(static_cast<std::uint8_t>(letter - 'a')));
}

std::string zoneName(std::string_view region, ZoneIndex zone) {
    std::string name(region);
    name += letterOf(zone);
    return name;
}

std::map<std::string, std::string, std::less<>> parseQuery(std::string_view query) {
    std::map<std::string, std::string, std::less<>> values;
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        const std::size_t equals = pair.find('=');
        if (pair.empty()) continue;
        values[decoded(pair.substr(0, equals))] =
            equals == std::string_view::npos ? std::string() : decoded(pair.substr(equals + 1));
    }
    return values;
}

Parsed<std::string> accountIdIn(const std::map<std::string, std::string, std::less<>>& arguments) {
    std::string account;
    if (const auto found = arguments.find("account"); found != arguments.end()) {
        account = found->second;
        const bool isNumber = account.find_first_not_of("0123456789") == std::string::npos;
        if (!isNumber || account.size() != kSharedAccount.size())
            return std::unexpected("\"" + account +
                                   "\" is not an account; give its twelve digits.");
    }
    const auto found = arguments.find("namespace");
    if (found == arguments.end()) return account;
    if (auto problem = namespaceProblem(found->second)) return std::unexpected(*std::move(problem));
    return accountIdOf(account.empty() ? kSharedAccount : account, found->second);
}

Parsed<std::uint64_t> parseFraction(std::string_view text) {
    std::int64_t whole = 0;
    std::int64_t billionths = 0;
    const bool fits =
        parseDecimal(text, whole, billionths) && (whole == 0 || (whole == 1 && billionths == 0));
    if (!fits) {
        return std::unexpected("\"" + std::string(text) +
                               "\" is not a fraction; write a number from 0 to 1.");
    }
    if (whole == 1) return std::uint64_t{1} << 32;
    return (static_cast<std::uint64_t>(billionths) << 32) / 1'000'000'000;
}

Parsed<std::uint64_t> parseCount(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return value;
    return std::unexpected("\"" + std::string(text) + "\" is not a number.");
}

std::optional<std::string> fromHex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hexDigit(text[i]);
        const int low = hexDigit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
    }
    return out;
}

std::string calendarText(CalendarTime time) {
    const std::chrono::sys_time<std::chrono::milliseconds> at(
        std::chrono::floor<std::chrono::milliseconds>(time.sinceEpoch()));
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(at - day);
    std::string out;
    appendPadded(out, static_cast<int>(date.year()), 4);
    out += '-';
    appendPadded(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    appendPadded(out, static_cast<unsigned>(date.day()), 2);
    out += 'T';
    appendPadded(out, clock.hours().count(), 2);
    out += ':';
    appendPadded(out, clock.minutes().count(), 2);
    out += ':';
    appendPadded(out, clock.seconds().count(), 2);
    out += '.';
    appendPadded(out, clock.subseconds().count(), 3);
    out += 'Z';
    return out;
}

std::string exactCalendarText(CalendarTime time) {
    const Duration since = time.sinceEpoch();
    const Duration rest = since - std::chrono::floor<std::chrono::milliseconds>(since);
    std::string out = calendarText(time);
    out.pop_back();
    appendPadded(out, rest.count(), 6);
    out += 'Z';
    return out;
}

double milliseconds(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace orrery::control
