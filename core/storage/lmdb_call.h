#pragma once

#include <lmdb.h>

#include <string_view>

#include "core/storage/environment.h"
#include "core/storage/guard.h"

namespace orrery::storage {

// Only for environment.cpp and transaction.cpp, which call LMDB.

/// The result of a call that ended in a fault; not a code of LMDB or errno.
inline constexpr int kFault = -1;

// LMDB never writes through this pointer.
inline MDB_val valueOf(std::string_view bytes) {
    return {bytes.size(), const_cast<char*>(bytes.data())};
}

inline std::string_view viewOf(const MDB_val& value) {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

template <typename Call>
int Environment::enter(Call&& call) const {
    if (m_isPoisoned != 0) return kFault;
    int code = kFault;
    if (!guarded([&] { code = call(); })) {
        m_isPoisoned = 1;
        return kFault;
    }
    return code;
}

}  // namespace orrery::storage
