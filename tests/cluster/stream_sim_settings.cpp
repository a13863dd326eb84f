#include <algorithm>

#include "tests/cluster/stream_sim.h"

// Tags and policies of streams: who changes them, and the judge.

namespace orrery::test {

namespace {

constexpr int kTags = 3;

}  // namespace

// One change of a stream at a time, also of one that is disabled or whose table is gone.
void StreamSim::changeSettings() {
    Prng& prng = m_settingsPrng;
    for (auto& [createdAt, one] : m_streams) {
        const bool isThere = m_t.world().catalog().streams().find(*one.stream) != nullptr;
        if (!isThere || one.settingsCall != 0 || !prng.chance({1, 2})) continue;
        cluster::UpdateStream update{one.stream, std::nullopt, std::nullopt};
        one.asked = one.settings;
        if (prng.chance({2, 3})) {
            one.asked->tags.clear();
            for (int tag = 0; tag < kTags; ++tag) {
                if (prng.chance({1, 2})) continue;
                one.asked->tags.push_back({"key" + std::to_string(tag), std::to_string(m_step)});
            }
            update.tags = one.asked->tags;
        } else {
            one.asked->policy = prng.chance({1, 3}) ? "" : "{" + std::to_string(m_step) + "}";
            update.policy = one.asked->policy;
        }
        one.settingsCall = m_t.submit(
            "TagResource",
            [update](const auto&, const auto&) { return ApiResult<cluster::Request>(update); },
            static_cast<std::uint8_t>(prng.below(kZonesPerRegion)));
    }
}

void StreamSim::collectSettings(Stream& stream) {
    const cluster::Answered& answered = *m_t.answer(std::exchange(stream.settingsCall, 0));
    const auto asked = std::exchange(stream.asked, std::nullopt);
    if (answered.result) {
        ++m_report.settings;
        stream.settings = *asked;
        return;
    }
    const bool isThere = m_t.world().catalog().streams().find(*stream.stream) != nullptr;
    if (answered.result.error().type != ErrorType::ResourceNotFound)
        problem("a change of tags fails: " + answered.result.error().message);
    if (isThere) problem("a stream to be tagged is not found");
}

// What a kill cut off was done, or it was not.
void StreamSim::judgeSettings(Stream& stream) {
    const cluster::StreamPtr there = m_t.world().catalog().streams().find(*stream.stream);
    if (there == nullptr) return;
    const Settings shown{there->tags, there->policy ? there->policy->text : ""};
    if (shown != stream.settings && shown != stream.asked)
        problem("stream " + there->label() + " has other tags or another policy than it was given");
    if (stream.settingsCall != 0 || !stream.asked) return;
    stream.settings = shown;
    stream.asked.reset();
}

}  // namespace orrery::test
