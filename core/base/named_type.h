#pragma once

#include <compare>

namespace orrery {

/// An integer with one meaning. Two tags never mix, and raw integers do not convert.
template <typename Rep, typename Tag>
class NamedType {
public:
    constexpr NamedType() = default;
    constexpr explicit NamedType(Rep value) : m_value(value) {}

    constexpr Rep value() const { return m_value; }
    constexpr NamedType next() const { return NamedType(static_cast<Rep>(m_value + 1)); }
    constexpr auto operator<=>(const NamedType&) const = default;

private:
    Rep m_value{};
};

}  // namespace orrery
