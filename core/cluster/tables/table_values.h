#pragma once

#include <string_view>

namespace orrery::cluster {

// The store's values of the catalog.
//
//   value "regions"      := (name:sized)…                       // in order of their ids
//   value "next"         := nextSpace:varint nextGroup:varint
//   value "table/<id>"   := description:sized count:varint partition…
//   partition            := group:varint space:varint begin:sized end:sized leader:uint8

inline constexpr std::string_view kRegionsValue = "regions";
inline constexpr std::string_view kNextValue = "next";
inline constexpr std::string_view kTablePrefix = "table/";

}  // namespace orrery::cluster
