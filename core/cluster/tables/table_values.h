#pragma once

#include <string_view>

namespace orrery::cluster {

// The store's values of the catalog.
//
//   value "regions"      := (name:sized)…                       // in order of their ids
//   value "next"         := nextSpace:varint nextGroup:varint
//   value "table/<id>"   := description:sized count:varint partition…
//   value "dropped/<id>" := (group:varint)…                     // a key space to give back, and
//   the
//                                                               // groups whose private keys go too
//   partition            := group:varint space:varint begin:sized end:sized leader:uint8

inline constexpr std::string_view kRegionsValue = "regions";
inline constexpr std::string_view kNextValue = "next";
inline constexpr std::string_view kTablePrefix = "table/";
inline constexpr std::string_view kDroppedPrefix = "dropped/";

}  // namespace orrery::cluster
