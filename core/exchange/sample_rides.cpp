#include <array>

#include "core/exchange/sample_text.h"

namespace orrery::exchange {
namespace {

constexpr std::uint64_t kRides = 240;
constexpr std::uint64_t kDrivers = 40;

struct City {
    std::string_view name;
    std::int64_t latitudeMicrodegrees;
    std::int64_t longitudeMicrodegrees;
};
constexpr City kCities[] = {{"Lisbon", 38722300, -9139300},
                            {"Nairobi", -1286400, 36817200},
                            {"Osaka", 34693700, 135502300},
                            {"Vienna", 48208500, 16372100}};

// Sixteen headings, clockwise from north, in thousandths to the north and to the east. Integers, so
// that tracks are the same on every machine.
constexpr std::array<std::pair<std::int64_t, std::int64_t>, 16> kHeadings{{{1000, 0},
                                                                           {924, 383},
                                                                           {707, 707},
                                                                           {383, 924},
                                                                           {0, 1000},
                                                                           {-383, 924},
                                                                           {-707, 707},
                                                                           {-924, 383},
                                                                           {-1000, 0},
                                                                           {-924, -383},
                                                                           {-707, -707},
                                                                           {-383, -924},
                                                                           {0, -1000},
                                                                           {383, -924},
                                                                           {707, -707},
                                                                           {924, -383}}};

constexpr std::string_view kCreateRides = R"({"TableName":"Rides",
"AttributeDefinitions":[{"AttributeName":"rideId","AttributeType":"S"},
{"AttributeName":"driver","AttributeType":"S"},{"AttributeName":"startedAt","AttributeType":"S"}],
"KeySchema":[{"AttributeName":"rideId","KeyType":"HASH"}],
"GlobalSecondaryIndexes":[{"IndexName":"ByDriver","KeySchema":[
{"AttributeName":"driver","KeyType":"HASH"},{"AttributeName":"startedAt","KeyType":"RANGE"}],
"Projection":{"ProjectionType":"ALL"}}],"BillingMode":"PAY_PER_REQUEST"})";

constexpr std::string_view kCreatePositions = R"({"TableName":"RidePositions",
"AttributeDefinitions":[{"AttributeName":"rideId","AttributeType":"S"},
{"AttributeName":"at","AttributeType":"N"}],
"KeySchema":[{"AttributeName":"rideId","KeyType":"HASH"},{"AttributeName":"at","KeyType":"RANGE"}],
"BillingMode":"PAY_PER_REQUEST"})";

constexpr std::int64_t kFixSeconds = 15;  // One position every fifteen seconds.

struct Track {
    std::int64_t latitude;
    std::int64_t longitude;
    std::uint64_t heading;
    std::int64_t metresPerSecond;
    std::int64_t metres = 0;
};

/// One step of fifteen seconds: turns a little at times, speeds up, slows down, waits at lights.
void move(Prng& prng, Track& track) {
    if (prng.chance({1, 3})) track.heading = (track.heading + 15 + prng.below(3)) % 16;
    track.metresPerSecond = prng.chance({1, 9}) ? 0 : 4 + static_cast<std::int64_t>(prng.below(11));
    const auto& [north, east] = kHeadings[track.heading];
    const std::int64_t metres = track.metresPerSecond * kFixSeconds;
    // A metre is about nine microdegrees; this ignores that longitudes converge towards the poles.
    track.latitude += metres * 9 * north / 1000;
    track.longitude += metres * 9 * east / 1000;
    track.metres += metres;
}

std::string makePosition(const std::string& ride, std::int64_t at, const Track& track) {
    ItemWriter item;
    item.text("rideId", ride).number("at", epochSeconds(at));
    item.beginMap("position")
        .decimal("latitude", track.latitude, 6)
        .decimal("longitude", track.longitude, 6)
        .endMap();
    item.decimal("speedKmh", track.metresPerSecond * 36, 1);
    item.decimal("heading", static_cast<std::int64_t>(track.heading) * 225, 1);
    return item.take();
}

}  // namespace

SampleSet makeRides() {
    SampleSet set{
        "rides",
        "Rides with GPS positions",
        "Taxi rides in four cities and a position every fifteen seconds: long item collections.",
        {}};
    SampleTable rides{"Rides", std::string(kCreateRides), {}};
    SampleTable positions{"RidePositions", std::string(kCreatePositions), {}};
    Prng prng = Prng::stream(1, "sample rides");
    for (std::uint64_t number = 1; number <= kRides; ++number) {
        const City& city = kCities[prng.below(std::size(kCities))];
        const std::string ride = "R-" + padded(number, 5);
        const auto started = static_cast<std::int64_t>(prng.below(28 * 86400));
        const std::uint64_t fixes = 10 + prng.exponential(12);
        Track track{city.latitudeMicrodegrees, city.longitudeMicrodegrees, prng.below(16), 8};
        for (std::uint64_t fix = 0; fix < fixes; ++fix) {
            positions.items.push_back(
                makePosition(ride, started + static_cast<std::int64_t>(fix) * kFixSeconds, track));
            move(prng, track);
        }
        ItemWriter item;
        item.text("rideId", ride).text("city", city.name);
        item.text("driver", "D-" + padded(1 + prng.below(kDrivers), 3));
        item.text("startedAt", timestampText(started));
        item.number("seconds", static_cast<std::int64_t>(fixes) * kFixSeconds);
        item.decimal("distanceKm", track.metres, 3);
        item.decimal("fare", 350 + track.metres * 16 / 100, 2);
        item.text("status", prng.chance({1, 25}) ? "cancelled" : "completed");
        rides.items.push_back(item.take());
    }
    set.tables.push_back(std::move(rides));
    set.tables.push_back(std::move(positions));
    return set;
}

}  // namespace orrery::exchange
