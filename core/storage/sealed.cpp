#include "core/storage/sealed.h"

#include <array>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/crc32c.h"

namespace orrery::storage {
namespace {

constexpr std::string_view kMagic = "\xf5seal";
constexpr std::size_t kCrcBytes = 4;
constexpr std::size_t kSealBytes = kMagic.size() + kCrcBytes;

std::uint32_t crcOf(std::string_view key, std::string_view value) {
    return crc32c(value, crc32c(key));
}

std::uint32_t storedCrc(std::string_view bytes) {
    return ByteReader(bytes.substr(bytes.size() - kCrcBytes)).u32();
}

enum class Seal { None, Sound, WrongMagic, WrongCrc };

// A value whose last bytes are its CRC was sealed, whatever became of the bytes between.
Seal sealOf(std::string_view key, std::string_view bytes) {
    if (bytes.size() < kSealBytes) return Seal::None;
    const std::size_t valueBytes = bytes.size() - kSealBytes;
    const bool hasMagic = bytes.substr(valueBytes, kMagic.size()) == kMagic;
    const bool isRight = crcOf(key, bytes.substr(0, valueBytes)) == storedCrc(bytes);
    if (hasMagic) return isRight ? Seal::Sound : Seal::WrongCrc;
    return isRight ? Seal::WrongMagic : Seal::None;
}

/// What one wrong byte changes in a CRC: crc32c is linear.
class ByteErrors {
public:
    ByteErrors() {
        const std::uint32_t ofZero = crc32c(std::string_view("\0", 1));
        for (unsigned wrong = 0; wrong < 256; ++wrong) {
            const char byte = static_cast<char>(wrong);
            m_ofLast[wrong] = crc32c(std::string_view(&byte, 1)) ^ ofZero;
            m_byTop[m_ofLast[wrong] >> 24] = static_cast<std::uint8_t>(wrong);
        }
    }

    /// The wrong bits of the last byte that make this difference; 0 if none do.
    std::uint8_t inLast(std::uint32_t difference) const {
        const std::uint8_t wrong = m_byTop[difference >> 24];
        return m_ofLast[wrong] == difference ? wrong : std::uint8_t{0};
    }
    /// The difference before the last byte, a right one, was added.
    std::uint32_t before(std::uint32_t difference) const {
        const std::uint8_t low = m_byTop[difference >> 24];
        return (difference ^ m_ofLast[low]) << 8 | low;
    }

private:
    std::array<std::uint32_t, 256> m_ofLast{};
    std::array<std::uint8_t, 256> m_byTop{};  ///< The top bytes of `m_ofLast` are all different.
};

}  // namespace

std::string seal(std::string_view key, std::string_view value) {
    std::string bytes;
    bytes.reserve(value.size() + kSealBytes);
    ByteWriter out(bytes);
    out.raw(value);
    out.raw(kMagic);
    out.u32(crcOf(key, value));
    return bytes;
}

std::optional<std::string_view> unseal(std::string_view key, std::string_view bytes) {
    switch (sealOf(key, bytes)) {
        case Seal::None:
            return bytes;
        case Seal::Sound:
            return bytes.substr(0, bytes.size() - kSealBytes);
        case Seal::WrongMagic:
        case Seal::WrongCrc:
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::pair<std::string, std::string>> mendSealed(std::string_view key,
                                                              std::string_view bytes) {
    const Seal found = sealOf(key, bytes);
    if (found == Seal::None) return std::nullopt;
    const std::string_view value = bytes.substr(0, bytes.size() - kSealBytes);
    if (found != Seal::WrongCrc) return std::pair(std::string(key), std::string(value));
    std::uint32_t difference = crcOf(key, value) ^ storedCrc(bytes);
    int wrongBytes = 0;
    for (int shift = 0; shift < 32; shift += 8)
        wrongBytes += (difference >> shift & 0xff) != 0 ? 1 : 0;
    // The CRC itself is wrong.
    if (wrongBytes == 1) return std::pair(std::string(key), std::string(value));
    std::string whole = std::string(key) + std::string(value);
    const ByteErrors errors;
    for (auto byte = whole.rbegin(); byte != whole.rend(); ++byte) {
        if (const std::uint8_t wrong = errors.inLast(difference); wrong != 0) {
            *byte = static_cast<char>(static_cast<unsigned char>(*byte) ^ wrong);
            return std::pair(whole.substr(0, key.size()), whole.substr(key.size()));
        }
        difference = errors.before(difference);
    }
    return std::nullopt;
}

}  // namespace orrery::storage
