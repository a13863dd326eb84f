#include "core/exchange/sample_text.h"

namespace orrery::exchange {
namespace {

constexpr std::uint64_t kPlayers = 1200;

constexpr std::string_view kGames[] = {"Asteroid Alley", "Comet Chess",   "Lunar Lander",
                                       "Meteor Maze",    "Orbit Outlaws", "Planet Painter",
                                       "Saturn Slalom",  "Warp Words"};
constexpr std::string_view kCountries[] = {"AT", "BR", "CA", "DE", "ES", "FR", "IN",
                                           "JP", "KE", "KR", "MX", "NL", "PL", "US"};
constexpr std::string_view kFirst[] = {"amber", "brisk", "calm",  "daring", "eager",  "fuzzy",
                                       "giddy", "happy", "icy",   "jolly",  "keen",   "lucky",
                                       "merry", "noble", "quick", "rapid",  "silent", "witty"};
constexpr std::string_view kSecond[] = {"badger", "comet",  "dolphin", "falcon", "gecko",  "heron",
                                        "ibex",   "jackal", "koala",   "lynx",   "marten", "otter",
                                        "panda",  "raven",  "stoat",   "tiger",  "walrus", "yak"};

constexpr std::string_view kCreateScores = R"({"TableName":"GameScores",
"AttributeDefinitions":[{"AttributeName":"player","AttributeType":"S"},
{"AttributeName":"game","AttributeType":"S"},{"AttributeName":"score","AttributeType":"N"}],
"KeySchema":[{"AttributeName":"player","KeyType":"HASH"},
{"AttributeName":"game","KeyType":"RANGE"}],
"GlobalSecondaryIndexes":[{"IndexName":"Leaderboard","KeySchema":[
{"AttributeName":"game","KeyType":"HASH"},{"AttributeName":"score","KeyType":"RANGE"}],
"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["country","achievedAt"]}}],
"BillingMode":"PAY_PER_REQUEST"})";

std::string makeScore(Prng& prng, const std::string& player, std::string_view country,
                      std::string_view game) {
    const std::uint64_t wins = prng.exponential(40);
    const std::uint64_t losses = prng.exponential(30);
    const std::int64_t score = static_cast<std::int64_t>(500 + wins * 120 + prng.below(4000));
    ItemWriter item;
    item.text("player", player).text("game", game).number("score", score);
    item.text("country", country);
    item.text("achievedAt", timestampText(static_cast<std::int64_t>(prng.below(28 * 86400))));
    item.number("wins", static_cast<std::int64_t>(wins));
    item.number("losses", static_cast<std::int64_t>(losses));
    if (wins > 90) item.boolean("veteran", true);
    return item.take();
}

}  // namespace

SampleSet makeGames() {
    SampleSet set{"games",
                  "Game leaderboard",
                  "Best scores of players, and a global index that ranks the players of a game.",
                  {}};
    SampleTable scores{"GameScores", std::string(kCreateScores), {}};
    Prng prng = Prng::stream(1, "sample games");
    for (std::uint64_t number = 1; number <= kPlayers; ++number) {
        std::string player(pick(prng, kFirst));
        player += "-";
        player += pick(prng, kSecond);
        player += "-" + padded(number, 4);
        const std::string_view country = pick(prng, kCountries);
        const std::uint64_t first = prng.below(std::size(kGames));
        const std::uint64_t count = 1 + prng.below(4);
        for (std::uint64_t i = 0; i < count; ++i)
            scores.items.push_back(
                makeScore(prng, player, country, kGames[(first + i * 3) % std::size(kGames)]));
    }
    set.tables.push_back(std::move(scores));
    return set;
}

}  // namespace orrery::exchange
