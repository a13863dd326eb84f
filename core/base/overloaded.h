#pragma once

namespace orrery {

/// One lambda for each kind of a closed variant, for std::visit. A kind without one does not
/// compile, as long as none of them takes anything: no `auto&` and no `...`.
template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

}  // namespace orrery
