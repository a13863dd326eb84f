#include "core/table/version_head.h"

#include <utility>

namespace orrery::table {

void writeHeads(ByteWriter& out, const VersionHeads& heads) {
    out.varint(heads.size());
    for (const VersionHead& head : heads) {
        out.sized(head.region);
        out.u64(static_cast<std::uint64_t>(head.at.sinceEpoch().count()));
        out.varint(head.number);
    }
}

VersionHeads readHeads(ByteReader& in) {
    VersionHeads heads;
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
        VersionHead head;
        head.region = in.sized();
        head.at = CalendarTime(Duration(static_cast<std::int64_t>(in.u64())));
        head.number = in.varint();
        heads.push_back(std::move(head));
    }
    return heads;
}

}  // namespace orrery::table
