#include <QTest>

#include "core/base/prng.h"
#include "core/table/collection_size.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"
#include "tests/support/test_main.h"

using namespace orrery;
using namespace orrery::table;

namespace {

const std::string kKey = std::string("\0\0\0\7storage key", 15);

StoredHeader plainHeader() {
    StoredHeader header;
    header.lsn = Lsn(300);
    header.committedAt = CalendarTime(Duration(1'800'000'000'123'456'789));
    header.stamp = header.committedAt;
    header.itemBytes = 70'000;
    return header;
}

std::string bytesOf(const char* hex) {
    return QByteArray::fromHex(hex).toStdString();
}

std::string flipped(std::string bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    return bytes;
}

}  // namespace

class StoredItemTest : public QObject {
    Q_OBJECT
private slots:
    void readsBackEveryHeader() {
        for (int fields = 0; fields < 32; ++fields) {
            StoredHeader header = plainHeader();
            if (fields & 1) header.stamp = CalendarTime(Duration(6));
            if (fields & 2) header.prepared = true;
            if (fields & 4) header.origin = "eu-central-1";
            if (fields & 8) header.version = CalendarTime(Duration(7));
            if ((fields & 24) == 24)
                header.heads = {{"eu-central-1", CalendarTime(Duration(8)), 9},
                                {"us-east-1", {}, 0}};
            const SharedBytes bytes = encodeStored(kKey, header, "attributes");
            const auto decoded = decodeStored(kKey, *bytes);
            QVERIFY(decoded.has_value());
            QVERIFY(decoded->header == header);
            QVERIFY(hasChecksum(*bytes));
            QVERIFY(std::string_view(*bytes).substr(decoded->attributesAt) == "attributes");
        }
    }

    // The bytes were written by the last program of version 1.
    void readsVersion1() {
        const std::string bytes = bytesOf("00ac0218fae2769b0fcd15f0a20461747472696275746573");
        auto decoded = decodeStored(kKey, bytes);
        QVERIFY(decoded.has_value());
        QVERIFY(decoded->header == plainHeader());
        QVERIFY(!hasChecksum(bytes));
        QVERIFY(std::string_view(bytes).substr(decoded->attributesAt) == "attributes");

        StoredHeader header = plainHeader();
        header.stamp = CalendarTime(Duration(6));
        header.prepared = true;
        decoded = decodeStored(
            kKey, bytesOf("03ac0218fae2769b0fcd150000000000000006f0a20461747472696275746573"));
        QVERIFY(decoded.has_value());
        QVERIFY(decoded->header == header);
    }

    void noticesEveryFlippedBit() {
        StoredHeader header = plainHeader();
        for (int fields = 0; fields < 2; ++fields) {
            if (fields == 1) {
                header.stamp = CalendarTime(Duration(6));
                header.prepared = true;
                header.origin = "eu-central-1";
            }
            const std::string bytes = *encodeStored(kKey, header, std::string(1100, 'a'));
            for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit)
                QVERIFY(!decodeStored(kKey, flipped(bytes, bit)));
            for (std::size_t bit = 0; bit < kKey.size() * 8; ++bit)
                QVERIFY(!decodeStored(flipped(kKey, bit), bytes));
        }
    }

    void noticesEveryTruncationAndMoreBytes() {
        const std::string bytes = *encodeStored(kKey, plainHeader(), "attributes");
        for (std::size_t size = 0; size < bytes.size(); ++size)
            QVERIFY(!decodeStored(kKey, std::string_view(bytes).substr(0, size)));
        QVERIFY(!decodeStored(kKey, bytes + '\0'));
    }

    void refusesPagesOfZerosAndLaterVersions() {
        QVERIFY(!decodeStored(kKey, std::string(100, '\0')));
        QVERIFY(!decodeStored(kKey, std::string(100, '\xff')));
        for (int flags = 4; flags < 0xf0; ++flags) {
            std::string bytes = bytesOf("00ac0218fae2769b0fcd15f0a20461747472696275746573");
            bytes[0] = static_cast<char>(flags);
            QVERIFY(!decodeStored(kKey, bytes));
        }
    }

    void readsNoiseWithoutACrash() {
        Prng prng(11);
        int taken = 0;
        for (int i = 0; i < 50'000; ++i) {
            std::string bytes(prng.below(60), '\0');
            for (char& byte : bytes)
                byte = static_cast<char>(prng.below(256));
            if (!bytes.empty() && i % 2 == 0) bytes[0] = static_cast<char>(bytes[0] | 0xf0);
            const auto decoded = decodeStored(kKey, bytes);
            if (!decoded) continue;
            QVERIFY(decoded->attributesAt <= bytes.size());
            QVERIFY(!hasChecksum(bytes));  // Only version 1 accepts noise.
            ++taken;
        }
        QVERIFY(taken < 1000);
    }

    void keepsSizesOfCollectionsUnderPrivateKeys() {
        const std::string item(40, 'k');
        const std::string key = collectionSizeKey(GroupId(9), item);
        QVERIFY(key == collectionSizeKey(GroupId(9), item + "another sort key"));
        const auto parsed = parsePrivateKey(key);
        QVERIFY(parsed.has_value());
        QVERIFY(parsed->group == GroupId(9));
        QVERIFY(parsed->kind == PrivateKind::CollectionSize);
        QCOMPARE(parsed->rest.size(), std::size_t{32});

        QVERIFY(encodeCollectionSize(key, plainHeader(), 0) == nullptr);
        QVERIFY(decodeCollectionSize(key, nullptr) == std::uint64_t{0});
        const SharedBytes stored = encodeCollectionSize(key, plainHeader(), 1'000'000'007);
        QVERIFY(decodeCollectionSize(key, stored) == std::uint64_t{1'000'000'007});
        for (std::size_t bit = 0; bit < stored->size() * 8; ++bit)
            QVERIFY(!decodeCollectionSize(key, share(flipped(*stored, bit))));
    }

    void keepsPrivateKeysOfAGroupTogether() {
        const std::string begin = privateKeysBegin(GroupId(9));
        const std::string end = privateKeysEnd(GroupId(9));
        for (const PrivateKind kind :
             {PrivateKind::SourceCursor, PrivateKind::CollectionSize, PrivateKind::Prepared,
              PrivateKind::Tombstone, PrivateKind::Expiry, PrivateKind::ClientToken}) {
            for (const std::string& rest : {std::string(), std::string(50, '\xff')}) {
                const std::string key = privateKey(GroupId(9), kind, rest);
                QVERIFY(begin <= key && key < end);
                const bool checked = key >= checkedPrivateKeysBegin(GroupId(9));
                QCOMPARE(checked, kind != PrivateKind::SourceCursor);
                const auto parsed = parsePrivateKey(key);
                QVERIFY(parsed.has_value());
                QVERIFY(parsed->group == GroupId(9));
                QVERIFY(parsed->kind == kind);
                QVERIFY(parsed->rest == rest);
            }
        }
        QVERIFY(privateKey(GroupId(8), PrivateKind::ClientToken, "\xff") < begin);
        QVERIFY(privateKey(GroupId(10), PrivateKind::SourceCursor, "") >= end);
        QVERIFY(!parsePrivateKey(kKey));
        QVERIFY(!parsePrivateKey(std::string_view(begin).substr(0, 11)));
        QVERIFY(!parsePrivateKey(begin + '\x06'));
    }
};

ORRERY_TEST_CLASS(StoredItemTest)
#include "stored_item_test.moc"
