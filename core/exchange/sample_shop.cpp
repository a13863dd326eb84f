#include <algorithm>
#include <array>

#include "core/exchange/sample_text.h"

namespace orrery::exchange {
namespace {

constexpr std::uint64_t kCustomers = 1500;

struct Product {
    std::string_view id;
    std::string_view name;
    std::int64_t cents;
};
constexpr Product kProducts[] = {
    {"B-1001", "Walnut bookend", 2490},   {"B-1002", "Reading lamp", 4900},
    {"B-1003", "Page holder", 1250},      {"C-2001", "Copper kettle", 7900},
    {"C-2002", "Pour-over set", 3850},    {"C-2003", "Espresso cup", 1190},
    {"C-2004", "Tea strainer", 890},      {"G-3001", "Watering can", 2150},
    {"G-3002", "Seed tin", 1475},         {"G-3003", "Pruning shears", 3299},
    {"G-3004", "Terracotta pot", 999},    {"H-4001", "Wool blanket", 8900},
    {"H-4002", "Linen pillow", 3450},     {"H-4003", "Beeswax candle", 1295},
    {"O-5001", "Desk organiser", 2799},   {"O-5002", "Fountain pen", 5600},
    {"O-5003", "Dotted notebook", 1390},  {"O-5004", "Brass ruler", 1150},
    {"T-6001", "Folding umbrella", 2999}, {"T-6002", "Canvas backpack", 9450},
    {"T-6003", "Luggage tag", 750},       {"T-6004", "Travel mug", 2250},
};
constexpr std::string_view kGiven[] = {"Ada",   "Bela",  "Chidi", "Dana", "Emil",  "Fatou", "Goran",
                                       "Hana",  "Ines",  "Jun",   "Kofi", "Lena",  "Mateo", "Noor",
                                       "Oskar", "Priya", "Rosa",  "Sven", "Tomas", "Yara"};
constexpr std::string_view kFamily[] = {"Abara",   "Berger", "Castro", "Dubois", "Eriksen",
                                        "Fischer", "Garcia", "Haddad", "Ito",    "Jansen",
                                        "Kovac",   "Lindt",  "Moreau", "Novak",  "Okafor",
                                        "Patel",   "Rossi",  "Sato",   "Tanaka", "Weber"};
constexpr std::string_view kStreets[] = {"Harbour Street", "Mill Lane",   "Station Road",
                                         "Linden Avenue",  "Castle Hill", "River Walk"};
constexpr std::string_view kCities[] = {"Bergen", "Graz", "Lyon", "Porto", "Tartu", "Utrecht"};
constexpr std::string_view kInterests[] = {"books", "coffee", "garden", "home", "office", "travel"};
constexpr std::string_view kTiers[] = {"basic", "basic", "basic", "plus", "plus", "gold"};

constexpr std::string_view kCreateProfiles = R"({"TableName":"ShopProfiles",
"AttributeDefinitions":[{"AttributeName":"customerId","AttributeType":"S"},
{"AttributeName":"email","AttributeType":"S"}],
"KeySchema":[{"AttributeName":"customerId","KeyType":"HASH"}],
"GlobalSecondaryIndexes":[{"IndexName":"ByEmail","KeySchema":[
{"AttributeName":"email","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
"BillingMode":"PAY_PER_REQUEST"})";

constexpr std::string_view kCreateCarts = R"({"TableName":"ShopCarts",
"AttributeDefinitions":[{"AttributeName":"customerId","AttributeType":"S"},
{"AttributeName":"productId","AttributeType":"S"},{"AttributeName":"addedAt","AttributeType":"S"}],
"KeySchema":[{"AttributeName":"customerId","KeyType":"HASH"},
{"AttributeName":"productId","KeyType":"RANGE"}],
"LocalSecondaryIndexes":[{"IndexName":"ByAddedAt","KeySchema":[
{"AttributeName":"customerId","KeyType":"HASH"},{"AttributeName":"addedAt","KeyType":"RANGE"}],
"Projection":{"ProjectionType":"ALL"}}],
"GlobalSecondaryIndexes":[{"IndexName":"ByProduct","KeySchema":[
{"AttributeName":"productId","KeyType":"HASH"},{"AttributeName":"addedAt","KeyType":"RANGE"}],
"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["quantity"]}}],
"BillingMode":"PAY_PER_REQUEST"})";

std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

std::string makeProfile(Prng& prng, const std::string& customer, std::uint64_t number) {
    const std::string_view given = pick(prng, kGiven);
    const std::string_view family = pick(prng, kFamily);
    const std::int64_t joined = static_cast<std::int64_t>(prng.below(20 * 86400));
    ItemWriter item;
    item.text("customerId", customer);
    item.text("name", std::string(given) + " " + std::string(family));
    item.text("email",
              lowered(given) + "." + lowered(family) + std::to_string(number) + "@example.com");
    item.text("tier", pick(prng, kTiers)).text("joinedAt", timestampText(joined));
    item.number("points", static_cast<std::int64_t>(prng.exponential(300)));
    item.beginMap("address")
        .text("street",
              std::string(pick(prng, kStreets)) + " " + std::to_string(1 + prng.below(120)))
        .text("city", pick(prng, kCities))
        .text("postcode", padded(1000 + prng.below(90000), 5))
        .endMap();
    std::array<std::string_view, 2> interests{};
    const std::uint64_t first = prng.below(std::size(kInterests) - 1);
    interests[0] = kInterests[first];
    interests[1] = kInterests[first + 1];
    item.textSet("interests", std::span(interests).first(1 + prng.below(2)));
    item.boolean("newsletter", prng.chance({2, 5}));
    return item.take();
}

std::string makeCartLine(Prng& prng, const std::string& customer, const Product& product) {
    const auto added = static_cast<std::int64_t>(prng.below(28 * 86400));
    ItemWriter item;
    item.text("customerId", customer).text("productId", product.id);
    item.text("product", product.name);
    item.number("quantity", static_cast<std::int64_t>(1 + prng.exponential(1)));
    item.decimal("price", product.cents, 2).text("currency", "EUR");
    item.text("addedAt", timestampText(added));
    // A cart line expires two weeks after it was added.
    item.number("expiresAt", epochSeconds(added + 14 * 86400));
    if (prng.chance({1, 12})) item.text("note", "gift wrap, please");
    return item.take();
}

}  // namespace

SampleSet makeShop() {
    SampleSet set{
        "shop",
        "Shop carts and profiles",
        "Customers and the contents of their carts, with one local and two global indexes.",
        {}};
    SampleTable profiles{"ShopProfiles", std::string(kCreateProfiles), {}};
    SampleTable carts{"ShopCarts", std::string(kCreateCarts), {}};
    Prng prng = Prng::stream(1, "sample shop");
    for (std::uint64_t number = 1; number <= kCustomers; ++number) {
        const std::string customer = "C-" + padded(number, 5);
        profiles.items.push_back(makeProfile(prng, customer, number));
        const std::uint64_t first = prng.below(std::size(kProducts));
        const std::uint64_t count = prng.below(5);
        for (std::uint64_t i = 0; i < count; ++i)
            carts.items.push_back(
                makeCartLine(prng, customer, kProducts[(first + i * 5) % std::size(kProducts)]));
    }
    set.tables.push_back(std::move(profiles));
    set.tables.push_back(std::move(carts));
    return set;
}

}  // namespace orrery::exchange
