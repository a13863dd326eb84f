// Goal: the look for room says yes only if what was refused could be written now.

#include "core/storage/data_folder.h"

#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>

#include "tests/support/file_limit.h"
#include "tests/support/test_main.h"

using namespace orrery::storage;
using orrery::test::FileLimit;

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMegabyte = 1u << 20;

void makeFile(const fs::path& file, std::uintmax_t bytes) {
    std::ofstream(file).flush();
    fs::resize_file(file, bytes);
}

}  // namespace

class DataFolderTest : public QObject {
    Q_OBJECT
private slots:
    // A new file of 4 MB could be written, but the large one could not grow: writes were accepted
    // and refused in turn, once a second.
    void thereIsNoRoomIfAFileCannotGrow_data() {
        QTest::addColumn<QString>("large");
        QTest::newRow("log.mdb") << "log.mdb";
        QTest::newRow("items.mdb") << "items.mdb";
    }
    void thereIsNoRoomIfAFileCannotGrow() {
        QFETCH(QString, large);
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        const auto opened = DataFolder::open(path);
        QVERIFY(opened.has_value());
        for (const char* file : {"log.mdb", "items.mdb"})
            makeFile(path / file, large == file ? 6 * kMegabyte : kMegabyte);
        QVERIFY((*opened)->mayGrow(4 * kMegabyte, 4 * kMegabyte));
        {
            const FileLimit limit(8 * kMegabyte);
            QVERIFY(!(*opened)->mayGrow(4 * kMegabyte, 4 * kMegabyte));
        }
        const FileLimit limit(16 * kMegabyte);
        QVERIFY((*opened)->mayGrow(4 * kMegabyte, 4 * kMegabyte));
    }
};

ORRERY_TEST_CLASS(DataFolderTest)
#include "data_folder_test.moc"
