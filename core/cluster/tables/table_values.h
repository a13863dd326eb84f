#pragma once

#include <string_view>

namespace orrery::cluster {

// The store's values of the catalog.
//
//   value "regions"      := (name:sized)…                       // in order of their ids
//   value "next"         := nextSpace:varint nextGroup:varint
//   value "table/<id>"   := description:sized count:varint partition…
//   value "dropped/<id>" := (group:varint)…                     // a key space to give back, and
//                                                               // groups whose private keys go too
//   value "fill/<id>"    := ""                                  // a global index that a repair
//                                                               // wants to be filled anew
//   partition            := group:varint space:varint begin:sized end:sized leader:uint8

inline constexpr std::string_view kRegionsValue = "regions";
inline constexpr std::string_view kNextValue = "next";
inline constexpr std::string_view kTablePrefix = "table/";
inline constexpr std::string_view kDroppedPrefix = "dropped/";
inline constexpr std::string_view kFillAnewPrefix = "fill/";

}  // namespace orrery::cluster
