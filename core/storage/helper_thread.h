#pragma once

#include <memory>
#include <vector>

#include "core/storage/store.h"

namespace orrery::storage {

/// A piece of work that does not depend on the others, for one of two threads.
class Piece {
public:
    virtual ~Piece() = default;
    /// Called once. `reader` is the thread that runs it.
    virtual void run(Reader reader) = 0;
};

/// Another thread, which shares work with its owner. For code that must not start threads itself.
class HelperThread {
public:
    virtual ~HelperThread() = default;
    /// Begins with the first piece. All earlier ones must have been taken or dropped.
    virtual void share(std::vector<std::unique_ptr<Piece>> pieces) = 0;
    /// The next piece in the order of `share`, which has run. The owner runs others, or this one,
    /// instead of waiting for the helper. Call it once for each piece.
    virtual std::unique_ptr<Piece> next() = 0;
    /// Drops the pieces that are left; waits for the one that runs.
    virtual void drop() = 0;
};

}  // namespace orrery::storage
