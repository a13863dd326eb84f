#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/prng.h"
#include "core/exchange/samples.h"
#include "core/json/json.h"

namespace orrery::exchange {

/// Writes one item attribute by attribute, with types. Numbers are strings, as on the wire.
class ItemWriter {
public:
    ItemWriter() : m_json(m_text) { m_json.beginObject(); }

    ItemWriter& text(std::string_view name, std::string_view value);
    ItemWriter& number(std::string_view name, std::int64_t value);
    /// `value` · 10^-decimals, exact.
    ItemWriter& decimal(std::string_view name, std::int64_t value, int decimals);
    ItemWriter& boolean(std::string_view name, bool value);
    ItemWriter& textSet(std::string_view name, std::span<const std::string_view> values);
    ItemWriter& beginMap(std::string_view name);
    ItemWriter& endMap();

    /// Returns the item; the writer cannot be used afterwards.
    std::string take();

private:
    std::string m_text;
    json::Writer m_json;
};

/// "12.345" for 12345 and 3.
std::string decimalText(std::int64_t value, int decimals);

/// `value` with leading zeros.
std::string padded(std::uint64_t value, std::size_t width);

/// "2026-09-03T07:05:11Z": minutes and seconds after midnight of the first day of the sample month.
std::string timestampText(std::int64_t secondsIntoMonth);
/// The same moment in seconds since 1970.
std::int64_t epochSeconds(std::int64_t secondsIntoMonth);

template <std::size_t Size>
std::string_view pick(Prng& prng, const std::string_view (&from)[Size]) {
    return from[prng.below(Size)];
}

SampleSet makeGames();
SampleSet makeShop();
SampleSet makeRides();

}  // namespace orrery::exchange
