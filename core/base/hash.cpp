#include "core/base/hash.h"

#include <openssl/evp.h>

#include <bit>
#include <cstring>
#include <memory>

#include "core/base/check.h"

namespace orrery {
namespace {

constexpr std::uint64_t kPrime = 0x100000001b3u;

std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

// One context per thread and algorithm: making one costs more than hashing a key.
struct Digest {
    explicit Digest(const char* name)
        : algorithm(EVP_MD_fetch(nullptr, name, nullptr)), context(EVP_MD_CTX_new()) {
        CHECK(algorithm != nullptr);
        CHECK(context != nullptr);
    }
    ~Digest() {
        EVP_MD_CTX_free(context);
        EVP_MD_free(algorithm);
    }
    Digest(const Digest&) = delete;
    Digest& operator=(const Digest&) = delete;

    void compute(std::string_view bytes, unsigned char* out) {
        CHECK(EVP_DigestInit_ex2(context, algorithm, nullptr) == 1);
        CHECK(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
        CHECK(EVP_DigestFinal_ex(context, out, nullptr) == 1);
    }

    EVP_MD* algorithm;
    EVP_MD_CTX* context;
};

}  // namespace

void Hash64::add(std::uint64_t value) {
    m_state = mix((m_state ^ value) * kPrime);
}

void Hash64::add(std::string_view bytes) {
    add(hash64(bytes));
    add(static_cast<std::uint64_t>(bytes.size()));
}

std::uint64_t Hash64::value() const {
    return mix(m_state);
}

std::uint64_t hash64(std::string_view bytes) {
    // Reads eight bytes at a time, as little-endian words on every host. Assembling the words byte
    // by byte takes two to four times as long under g++ 12.
    std::uint64_t state = 0xcbf29ce484222325u ^ bytes.size();
    while (bytes.size() >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
        state = (state ^ mix(word)) * kPrime;
        bytes.remove_prefix(8);
    }
    for (const char byte : bytes)
        state = (state ^ static_cast<unsigned char>(byte)) * kPrime;
    return mix(state);
}

Md5 md5(std::string_view bytes) {
    thread_local Digest digest("MD5");
    Md5 out;
    digest.compute(bytes, out.data());
    return out;
}

Sha256 sha256(std::string_view bytes) {
    thread_local Digest digest("SHA256");
    Sha256 out;
    digest.compute(bytes, out.data());
    return out;
}

}  // namespace orrery
