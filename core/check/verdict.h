#pragma once

#include <string>

#include "core/base/time.h"

namespace orrery::check {

/// Whether a run kept its promises. Judges share one verdict and write the first broken promise
/// into it; later ones are usually its consequences and would hide it.
class Verdict {
public:
    bool ok() const { return m_violation.empty(); }
    /// One sentence: when, and which promise was broken. Empty if none was.
    const std::string& violation() const { return m_violation; }

    void fail(Instant at, std::string what);

private:
    std::string m_violation;
};

}  // namespace orrery::check
