#pragma once

#include <concepts>

namespace orrery {

/// One lambda for each kind of a closed variant, for std::visit. A kind without one does not
/// compile, as long as none of them takes anything: no `auto&` and no `...`.
template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

/// For one lambda that takes several kinds, each by its name: `[]<OneOf<A, B> T>(const T&) { … }`.
template <typename T, typename... Kinds>
concept OneOf = (std::same_as<T, Kinds> || ...);

}  // namespace orrery
