#include "core/base/check.h"
#include "core/storage/store.h"

namespace orrery::storage {

void Turn::append(VolumeId volume, GroupId group, Lsn lsn, SharedBytes record) {
    CHECK(record != nullptr);
    CHECK(lsn.value() > 0);
    m_changes.push_back({Change::Kind::Append, volume, group, lsn, {}, std::move(record)});
}

void Turn::truncate(VolumeId volume, GroupId group, Lsn from) {
    CHECK(from.value() > 0);
    m_changes.push_back({Change::Kind::Truncate, volume, group, from, {}, nullptr});
}

void Turn::putGroupState(VolumeId volume, GroupId group, std::string state) {
    m_changes.push_back(
        {Change::Kind::GroupState, volume, group, Lsn(0), {}, share(std::move(state))});
}

void Turn::dropGroup(GroupId group) {
    m_changes.push_back({Change::Kind::DropGroup, {}, group, Lsn(0), {}, nullptr});
}

void Turn::setTrimMark(VolumeId volume, GroupId group, Lsn mark) {
    CHECK(mark.value() > 0);
    m_changes.push_back({Change::Kind::TrimMark, volume, group, mark, {}, nullptr});
}

void Turn::putValue(std::string name, std::string value) {
    CHECK(!name.empty());
    m_changes.push_back(
        {Change::Kind::PutValue, {}, {}, Lsn(0), std::move(name), share(std::move(value))});
}

void Turn::eraseValue(std::string name) {
    CHECK(!name.empty());
    m_changes.push_back({Change::Kind::EraseValue, {}, {}, Lsn(0), std::move(name), nullptr});
}

void Turn::archive(const ArchiveOrder& order) {
    m_archiveOrders.push_back(order);
}

void Turn::expireArchive(KeySpaceId table, std::uint64_t before) {
    m_archiveExpiries.push_back({table, before});
}

}  // namespace orrery::storage
