#include "core/storage/storage_error.h"

#include <cerrno>
#include <system_error>

namespace orrery::storage {
namespace {

// LMDB's error codes besides those of errno, as documented in lmdb.h.
constexpr int kVersionMismatch = -30794;
constexpr int kInvalid = -30793;

std::string causeOf(int code) {
    switch (code) {
        case ENOSPC:
        case EDQUOT:
            return "the disk is full; free some space";
        case EFBIG:
            return "the file has reached the limit on file sizes; raise it (ulimit -f), then "
                   "start the program again";
        case EACCES:
        case EPERM:
            return "access is denied; choose another data folder or change its permissions";
        case EROFS:
            return "the file system is read-only; choose another data folder";
        case EIO:
            return "the disk reported an I/O error; check the disk, then restart the program";
        case kMapFull:
            return "the address space reserved for the file is full and could not be enlarged";
        case kTransactionFull:
            return "one change is too large for a single transaction";
        case kCorrupted:
        case kInvalid:
        case kVersionMismatch:
            return "the file is corrupt or was not written by this program; " +
                   std::string(kRestoreOrRepair);
        case kPanic:
            return "an earlier write failed midway; restart the program";
        default:
            break;
    }
    if (code < 0) return "the database library reported error " + std::to_string(code);
    return std::generic_category().message(code);
}

}  // namespace

StorageError damagedError(const std::string& path, const std::string& what,
                          std::string_view remedy) {
    return {"read", kCorrupted, path,
            "The file " + path + " is corrupt (" + what + "); " + std::string(remedy) + "."};
}

bool isDamage(const StorageError& error) {
    return error.code == kCorrupted || error.code == kInvalid || error.code == kVersionMismatch;
}

bool isLackOfRoom(const StorageError& error) {
    return error.code == ENOSPC || error.code == EDQUOT || error.code == EFBIG;
}

std::string StorageError::message() const {
    if (!detail.empty()) return detail;
    return call + " failed on " + path + ": " + causeOf(code) + ".";
}

}  // namespace orrery::storage
