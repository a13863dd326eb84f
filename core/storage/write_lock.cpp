#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/check.h"
#include "core/storage/environment.h"

namespace orrery::storage {

WriteLock::WriteLock() : m_descriptor(::eventfd(1, EFD_SEMAPHORE | EFD_CLOEXEC)) {
    CHECK(m_descriptor >= 0);
}

WriteLock::~WriteLock() {
    ::close(m_descriptor);
}

void WriteLock::acquire() {
    std::uint64_t one = 0;
    ssize_t count = 0;
    do {
        count = ::read(m_descriptor, &one, sizeof one);
    } while (count < 0 && errno == EINTR);
    CHECK(count == sizeof one);
}

void WriteLock::release() {
    const std::uint64_t one = 1;
    CHECK(::write(m_descriptor, &one, sizeof one) == sizeof one);
}

}  // namespace orrery::storage
