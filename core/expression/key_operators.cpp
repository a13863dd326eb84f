#include "core/expression/key_operators.h"

#include "core/base/check.h"

namespace orrery::expression {

Comparator flipped(Comparator comparator) {
    switch (comparator) {
        case Comparator::Less:
            return Comparator::Greater;
        case Comparator::LessOrEqual:
            return Comparator::GreaterOrEqual;
        case Comparator::Greater:
            return Comparator::Less;
        case Comparator::GreaterOrEqual:
            return Comparator::LessOrEqual;
        case Comparator::Equal:
        case Comparator::NotEqual:
            return comparator;
    }
    CHECK(false);
}

std::optional<KeyOperator> keyOperatorOf(Comparator comparator) {
    switch (comparator) {
        case Comparator::Equal:
            return KeyOperator::Equal;
        case Comparator::Less:
            return KeyOperator::Less;
        case Comparator::LessOrEqual:
            return KeyOperator::LessOrEqual;
        case Comparator::Greater:
            return KeyOperator::Greater;
        case Comparator::GreaterOrEqual:
            return KeyOperator::GreaterOrEqual;
        case Comparator::NotEqual:
            return std::nullopt;
    }
    CHECK(false);
}

}  // namespace orrery::expression
