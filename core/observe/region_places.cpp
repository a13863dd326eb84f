#include "core/observe/region_places.h"

#include <algorithm>
#include <cstddef>
#include <functional>

#include "core/observe/known_regions.h"

namespace orrery::observe {

using namespace std::chrono_literals;

namespace {

// The cities are those that AWS names for its Regions, or the largest ones near:
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
constexpr RegionPlace kPlaces[] = {
    {"af-south-1", "Cape Town", {787302, 262206, -558035}, {551, 688}},
    {"ap-east-1", "Hong Kong", {-378769, 843980, 379779}, {817, 376}},
    {"ap-east-2", "Taipei", {-474372, 771987, 423093}, {838, 361}},
    {"ap-northeast-1", "Tokyo", {-619414, 525487, 583258}, {888, 302}},
    {"ap-northeast-2", "Seoul", {-476783, 633172, 609730}, {853, 291}},
    {"ap-northeast-3", "Osaka", {-586465, 576318, 569136}, {876, 307}},
    {"ap-south-1", "Mumbai", {278202, 903188, 326888}, {702, 394}},
    {"ap-south-2", "Hyderabad", {190419, 935102, 298874}, {718, 403}},
    {"ap-southeast-1", "Singapore", {-238806, 970781, 23560}, {788, 493}},
    {"ap-southeast-2", "Sydney", {-727671, 399875, -557310}, {920, 688}},
    {"ap-southeast-3", "Jakarta", {-288166, 951451, -108173}, {797, 534}},
    {"ap-southeast-4", "Melbourne", {-646853, 453605, -613045}, {903, 710}},
    {"ap-southeast-5", "Kuala Lumpur", {-202312, 977788, 54776}, {782, 483}},
    {"ap-southeast-6", "Auckland", {-796864, 73081, -599722}, {985, 705}},
    {"ap-southeast-7", "Bangkok", {-177005, 955036, 237855}, {779, 424}},
    {"ca-central-1", "Montreal", {198248, -672288, 713250}, {296, 247}},
    {"ca-west-1", "Calgary", {-256393, -573980, 777695}, {183, 216}},
    {"cn-north-1", "Beijing", {-341229, 687099, 641450}, {823, 278}},
    {"cn-northwest-1", "Ningxia", {-208009, 765599, 608761}, {792, 292}},
    {"eu-central-1", "Frankfurt", {633970, 96785, 767277}, {524, 222}},
    {"eu-central-2", "Zurich", {669625, 100554, 735861}, {524, 237}},
    {"eu-north-1", "Stockholm", {484934, 158220, 860119}, {550, 170}},
    {"eu-south-1", "Milan", {692404, 112021, 712761}, {526, 247}},
    {"eu-south-2", "Zaragoza", {747128, -11606, 664579}, {498, 269}},
    {"eu-west-1", "Dublin", {593366, -65089, 802297}, {483, 204}},
    {"eu-west-2", "London", {622376, -1412, 782717}, {500, 214}},
    {"eu-west-3", "Paris", {657348, 26976, 753104}, {507, 229}},
    {"il-central-1", "Tel Aviv", {695935, 483327, 531103}, {597, 322}},
    {"me-central-1", "Dubai", {515489, 743628, 425779}, {654, 360}},
    {"me-south-1", "Bahrain", {570757, 693616, 439469}, {640, 355}},
    {"mx-central-1", "Querétaro", {-168827, -920771, 351678}, {221, 386}},
    {"sa-east-1", "São Paulo", {629512, -666389, -399549}, {370, 631}},
    {"us-east-1", "N. Virginia", {168242, -758266, 629863}, {285, 283}},
    {"us-east-2", "Ohio", {93412, -760780, 642253}, {269, 278}},
    {"us-gov-east-1", "US East (gov)", {93412, -760780, 642253}, {269, 278}},
    {"us-gov-west-1", "US West (gov)", {-345063, -605205, 717397}, {168, 245}},
    {"us-west-1", "N. California", {-420786, -674445, 606682}, {161, 292}},
    {"us-west-2", "Oregon", {-345063, -605205, 717397}, {168, 245}},
};
static_assert(std::ranges::is_sorted(kPlaces, {}, &RegionPlace::region));

constexpr std::int64_t kEarthRadiusKm = 6371;
/// 4.9 us in fibre, whose ways are 1.4 times as long as the straight ones.
constexpr Duration kPerKm = 7us;
constexpr Duration kInEquipment = 500us;
constexpr Duration kUnknown = 40ms;

constexpr std::int64_t kStepDegrees = 5;
/// The chord of every fifth degree on a sphere with a radius of a million.
constexpr std::int64_t kChords[] = {
    0,         87'239,    174'311,   261'052,   347'296,   432'879,   517'638,   601'412,
    684'040,   765'367,   845'237,   923'497,   1'000'000, 1'074'599, 1'147'153, 1'217'523,
    1'285'575, 1'351'180, 1'414'214, 1'474'555, 1'532'089, 1'586'707, 1'638'304, 1'686'783,
    1'732'051, 1'774'022, 1'812'616, 1'847'759, 1'879'385, 1'907'434, 1'931'852, 1'952'592,
    1'969'616, 1'982'890, 1'992'389, 1'998'096, 2'000'000,
};

/// The greatest integer whose square is not greater.
std::int64_t rootOf(std::int64_t square) {
    std::int64_t root = 0;
    for (std::int64_t bit = std::int64_t{1} << 31; bit > 0; bit >>= 1)
        if ((root + bit) * (root + bit) <= square) root += bit;
    return root;
}

/// The angle of a chord, in millionths of a degree.
std::int64_t angleOf(std::int64_t chord) {
    const auto above = std::ranges::upper_bound(kChords, chord);
    if (above == std::end(kChords)) return 180'000'000;
    const std::int64_t below = *(above - 1);
    const std::int64_t steps = above - std::begin(kChords) - 1;
    constexpr std::int64_t kStep = kStepDegrees * 1'000'000;
    return steps * kStep + kStep * (chord - below) / (*above - below);
}

std::int64_t distanceKm(const RegionPlace& a, const RegionPlace& b) {
    std::int64_t square = 0;
    for (std::size_t i = 0; i < a.direction.size(); ++i) {
        const std::int64_t apart = a.direction[i] - b.direction[i];
        square += apart * apart;
    }
    constexpr std::int64_t kMillionthsPerRadian = 57'295'780;
    return angleOf(rootOf(square)) * kEarthRadiusKm / kMillionthsPerRadian;
}

}  // namespace

std::span<const RegionPlace> knownRegions() {
    return kPlaces;
}

const RegionPlace* placeOf(std::string_view region) {
    const auto found = std::ranges::lower_bound(kPlaces, region, {}, &RegionPlace::region);
    return found != std::end(kPlaces) && found->region == region ? found : nullptr;
}

Duration delayBetweenRegions(std::string_view from, std::string_view to) {
    if (from == to) return Duration::zero();
    const RegionPlace* a = placeOf(from);
    const RegionPlace* b = placeOf(to);
    if (a == nullptr || b == nullptr) return kUnknown;
    return kInEquipment + distanceKm(*a, *b) * kPerKm;
}

}  // namespace orrery::observe
