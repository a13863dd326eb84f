#include "core/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace orrery {
namespace {

thread_local const CheckContext* t_innermost = nullptr;

}  // namespace

CheckContext::CheckContext() : m_outer(t_innermost) {
    t_innermost = this;
}

CheckContext::~CheckContext() {
    t_innermost = m_outer;
}

void checkFailed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, condition);
    if (t_innermost != nullptr) t_innermost->describe();
    std::fflush(stderr);
    std::abort();
}

}  // namespace orrery
