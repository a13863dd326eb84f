#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/prng.h"
#include "core/storage/stores.h"

namespace orrery::test {

/// Whether the third volume of a MiniWorld is now and then left behind and restored by a copy.
enum class Copies : std::uint8_t { None, Some };

/// The least that uses a store as the world does: one group on three volumes, whose records each
/// say "key=image" or "key" (a deletion), appended and applied in turns. It remembers what it
/// wrote, so that a store found after a kill can be judged.
class MiniWorld {
public:
    /// `keyCount` keys, every fourth of them longer than LMDB takes, images of up to
    /// `imageBytesMax`.
    MiniWorld(std::uint64_t seed, std::uint64_t keyCount, std::uint64_t imageBytesMax,
              Copies copies = Copies::None);

    /// One turn: some records appended everywhere, and applied; the third volume lags behind. What
    /// all have applied may be trimmed. With copies, the third volume sometimes gets nothing for
    /// some turns, until the others have trimmed what it lacks; then its log begins anew, and its
    /// tree is copied over several turns.
    storage::Ticket turn(storage::Store& store);

    /// How many records the turns up to `ticket` have.
    std::uint64_t recordsAt(storage::Ticket ticket) const;
    std::uint64_t records() const { return m_records.size(); }
    /// How many copies have begun, and how many of them are complete.
    std::uint64_t copiesBegun() const { return m_copiesBegun; }
    std::uint64_t copiesEnded() const { return m_copiesEnded; }

    /// Recovers `store` as the world does when it opens one: what the log has above the mark is
    /// applied again. Says what is wrong, or nothing: every record of the first `synced` must be
    /// there, whole turns only, and each tree must be what its log says. A tree that is being
    /// copied must be so below its cursor, and say that it is not whole.
    std::string judge(storage::Store& store, std::uint64_t synced) const;

private:
    enum class Standing : std::uint8_t { Whole, NeedsCopy, Copying };

    /// What the log environment has of one volume as of a turn.
    struct VolumeLog {
        Standing standing = Standing::Whole;
        std::uint64_t base = 0;    ///< Where the last copy began; 0: there was none.
        std::uint64_t end = 0;     ///< Its last record that the other volumes have too.
        std::uint64_t strays = 0;  ///< Records after it that no other volume has.
        std::uint64_t trimMark = 0;

        /// The saved state of the replica.
        std::string state() const;
    };
    struct TurnEnd {
        std::uint64_t records = 0;
        VolumeLog third;
    };
    using Contents = std::map<std::string, std::string>;

    void write(storage::Turn& turn, storage::Store& store);
    void moveThird(storage::Turn& turn, storage::Store& store);
    void follow(storage::Turn& turn, storage::Store& store);
    void loseTouch(storage::Turn& turn);
    void beginCopy(storage::Turn& turn, storage::Store& store);
    void restartLog(storage::Turn& turn);
    void continueCopy(storage::Turn& turn, storage::Store& store);
    void copyChunk(storage::Store& store);
    void appendToThird(storage::Turn& turn);
    void applyToThird(storage::Store& store, std::uint64_t upTo);
    void trim(storage::Turn& turn);
    void saveThird(storage::Turn& turn, Standing standing);

    std::string judgeVolume(storage::Store& store, VolumeId volume, const VolumeLog& log) const;
    std::string judgeLog(const storage::Store& store, VolumeId volume, const VolumeLog& log,
                         const storage::TreeMark& mark) const;
    void replay(storage::Store& store, VolumeId volume, const storage::TreeMark& mark,
                std::uint64_t end) const;
    /// The contents of a tree that has applied the first `count` records.
    Contents contentsAt(std::uint64_t count) const;

    Prng m_prng;
    std::vector<std::string> m_keys;
    const std::uint64_t m_imageBytesMax;
    std::vector<std::string> m_records;           ///< The first has LSN 1.
    std::map<std::uint64_t, TurnEnd> m_turnEnds;  ///< By ticket.
    std::uint64_t m_lagging = 0;                  ///< Applied by the third volume.
    std::uint64_t m_trimMark = 1;

    // Copies to the third volume.
    const Copies m_copies;
    Prng m_copyPrng;
    VolumeLog m_third;
    std::optional<std::string> m_copiedTo;  ///< Set while its tree is being copied.
    std::uint64_t m_copiesBegun = 0;
    std::uint64_t m_copiesEnded = 0;
};

}  // namespace orrery::test
