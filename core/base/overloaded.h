#pragma once

#include <concepts>

namespace orrery {

/// One lambda for each kind of a closed variant, for std::visit. A missing kind does not compile,
/// as long as no lambda is generic: no `auto&` and no `...`.
template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

/// For one lambda that handles several kinds, each by name: `[]<OneOf<A, B> T>(const T&) { … }`.
template <typename T, typename... Kinds>
concept OneOf = (std::same_as<T, Kinds> || ...);

}  // namespace orrery
