#pragma once

#include <cstdint>
#include <string_view>

namespace orrery::cluster {

// The store's values of the catalog.
//
//   value "regions"      := 0:uint8 version:uint8(2) (name:sized)…      // in order of their ids
//   value "next"         := 0:uint8 version:uint8(2) nextSpace:varint nextGroup:varint
//   value "table/<id>"   := description:sized count:varint partition…
//   value "ledger/<id>"  := as "table/<id>"                     // of a Region's transactions; the
//                                                               // id is that of its key space
//   value "fill/<id>"    := ""                                  // a global index that a repair
//                                                               // wants to be rebuilt
//   value "reset/<account id>" := version:uint8(1) at:uint64    // of the calendar: when its tables
//                                                               // were dropped; without an id: all
//   value "global/<id>"  := see catalog/global_table.cpp        // a global table; its id is taken
//                                                               // from those of key spaces
//   partition            := group:varint space:varint begin:sized end:sized leader:uint8

// Version 1 of "regions" and "next" begins after the version; its first byte is never 0.

inline constexpr std::uint8_t kRegionsVersion = 2;
inline constexpr std::uint8_t kNextVersion = 2;
inline constexpr std::string_view kRegionsValue = "regions";
inline constexpr std::string_view kNextValue = "next";
inline constexpr std::string_view kTablePrefix = "table/";
inline constexpr std::string_view kLedgerPrefix = "ledger/";
inline constexpr std::string_view kRebuildPrefix = "fill/";
inline constexpr std::string_view kResetPrefix = "reset/";
inline constexpr std::string_view kGlobalPrefix = "global/";
inline constexpr std::uint8_t kResetVersion = 1;

}  // namespace orrery::cluster
