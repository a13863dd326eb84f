#include "core/exchange/samples.h"

#include <algorithm>
#include <boost/json.hpp>

#include "core/exchange/sample_text.h"
#include "core/json/json.h"

namespace orrery::exchange {

ItemWriter& ItemWriter::text(std::string_view name, std::string_view value) {
    m_json.name(name).beginObject().name("S").string(value).endObject();
    return *this;
}

ItemWriter& ItemWriter::number(std::string_view name, std::int64_t value) {
    return decimal(name, value, 0);
}

ItemWriter& ItemWriter::decimal(std::string_view name, std::int64_t value, int decimals) {
    m_json.name(name).beginObject().name("N").string(decimalText(value, decimals)).endObject();
    return *this;
}

ItemWriter& ItemWriter::boolean(std::string_view name, bool value) {
    m_json.name(name).beginObject().name("BOOL").boolean(value).endObject();
    return *this;
}

ItemWriter& ItemWriter::textSet(std::string_view name, std::span<const std::string_view> values) {
    m_json.name(name).beginObject().name("SS").beginArray();
    for (const std::string_view value : values)
        m_json.string(value);
    m_json.endArray().endObject();
    return *this;
}

ItemWriter& ItemWriter::beginMap(std::string_view name) {
    m_json.name(name).beginObject().name("M").beginObject();
    return *this;
}

ItemWriter& ItemWriter::endMap() {
    m_json.endObject().endObject();
    return *this;
}

std::string ItemWriter::take() {
    m_json.endObject();
    return std::move(m_text);
}

std::string padded(std::uint64_t value, std::size_t width) {
    std::string digits = std::to_string(value);
    return std::string(width > digits.size() ? width - digits.size() : 0, '0') + digits;
}

std::string decimalText(std::int64_t value, int decimals) {
    std::uint64_t scale = 1;
    for (int i = 0; i < decimals; ++i)
        scale *= 10;
    const std::uint64_t magnitude =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    std::string text = value < 0 ? "-" : "";
    text += std::to_string(magnitude / scale);
    const std::uint64_t fraction = magnitude % scale;
    if (fraction == 0) return text;
    std::string digits = padded(fraction, static_cast<std::size_t>(decimals));
    digits.erase(digits.find_last_not_of('0') + 1);
    return text + "." + digits;
}

namespace {
// The samples are set in September 2026, so that they are always the same.
constexpr std::int64_t kMonthBegin = 1788220800;
constexpr std::int64_t kDaySeconds = 86400;
}  // namespace

std::string timestampText(std::int64_t secondsIntoMonth) {
    const auto seconds = static_cast<std::uint64_t>(secondsIntoMonth);
    const std::uint64_t ofDay = seconds % kDaySeconds;
    return "2026-09-" + padded(1 + seconds / kDaySeconds, 2) + "T" + padded(ofDay / 3600, 2) + ":" +
           padded(ofDay / 60 % 60, 2) + ":" + padded(ofDay % 60, 2) + "Z";
}

std::int64_t epochSeconds(std::int64_t secondsIntoMonth) {
    return kMonthBegin + secondsIntoMonth;
}

std::vector<SampleSet> sampleSets() {
    std::vector<SampleSet> sets;
    sets.push_back(makeGames());
    sets.push_back(makeShop());
    sets.push_back(makeRides());
    return sets;
}

std::vector<std::string> batchWriteRequests(const SampleTable& table) {
    std::vector<std::string> requests;
    for (std::size_t begin = 0; begin < table.items.size(); begin += kBatchItemsMax) {
        const std::size_t end = std::min(begin + kBatchItemsMax, table.items.size());
        std::string text;
        json::Writer json(text);
        json.beginObject().name("RequestItems").beginObject().name(table.name).beginArray();
        for (std::size_t i = begin; i < end; ++i) {
            json.beginObject().name("PutRequest").beginObject();
            json.name("Item").raw(table.items[i]).endObject().endObject();
        }
        json.endArray().endObject().endObject();
        requests.push_back(std::move(text));
    }
    return requests;
}

std::optional<std::string> requestForUnprocessed(std::string_view answer) {
    const auto body = json::parse(answer);
    const json::Object* object = body ? body->if_object() : nullptr;
    const json::Value* left = object ? object->if_contains("UnprocessedItems") : nullptr;
    if (left == nullptr || !left->is_object() || left->get_object().empty()) return std::nullopt;
    std::string request;
    json::Writer(request)
        .beginObject()
        .name("RequestItems")
        .raw(boost::json::serialize(*left))
        .endObject();
    return request;
}

}  // namespace orrery::exchange
