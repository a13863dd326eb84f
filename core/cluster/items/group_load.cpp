#include "core/cluster/items/group_load.h"

#include <chrono>

namespace orrery::cluster {

GroupLoad GroupLoad::rolledTo(Instant now) const {
    const auto second = std::chrono::duration_cast<std::chrono::seconds>(now.sinceStart()).count();
    if (second == m_second) return *this;
    GroupLoad rolled;
    rolled.m_second = second;
    if (second == m_second + 1) rolled.m_before = {m_reads, m_writes};
    return rolled;
}

void GroupLoad::countRead(Instant now) {
    *this = rolledTo(now);
    ++m_reads;
}

void GroupLoad::countWrite(Instant now) {
    *this = rolledTo(now);
    ++m_writes;
}

GroupLoad::Rates GroupLoad::ratesAt(Instant now) const {
    return rolledTo(now).m_before;
}

bool GroupLoad::isIdleAt(Instant now) const {
    const GroupLoad load = rolledTo(now);
    return load.m_reads == 0 && load.m_writes == 0 && load.m_before.readsPerSecond == 0 &&
           load.m_before.writesPerSecond == 0;
}

}  // namespace orrery::cluster
