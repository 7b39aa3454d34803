// SPDX-License-Identifier: GPL-3.0-or-later
// The window's program without a display.
#include "app/vernier/display.h"

#include <QFileInfo>
#include <QProcess>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "core/report/documents.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"
#include "tests/ui/compared.h"

namespace vernier {
namespace {

TEST(Display, NothingIsSaidWhereAWindowCanAppear) {
    DisplayWishes wishes;
    EXPECT_TRUE(noDisplay(wishes).has_value());
    wishes.platformNamed = true;
    EXPECT_FALSE(noDisplay(wishes).has_value());
    wishes = {};
    wishes.x11 = "elsewhere:10.0";  // forwarded: taken at its word
    EXPECT_FALSE(noDisplay(wishes).has_value());
}

TEST(Display, ADisplayThatDoesNotAnswerIsNamed) {
    DisplayWishes wishes;
    for (const char* display : {":9173", "unix:9173.0", "nonsense", ":", ":x"}) {
        wishes.x11 = display;
        const auto problem = noDisplay(wishes);
        ASSERT_TRUE(problem.has_value()) << display;
        EXPECT_NE(problem->find(std::string("DISPLAY=") + display), std::string::npos) << *problem;
    }
    test::TempDir folder;
    wishes = {};
    wishes.wayland = "wayland-0";
    wishes.runtimeDir = folder.path().string();
    EXPECT_TRUE(noDisplay(wishes).has_value());
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = (folder.path() / "wayland-0").string();
    ASSERT_LT(path.size(), sizeof(address.sun_path));
    path.copy(address.sun_path, path.size());
    ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_EQ(::listen(socket, 1), 0);
    EXPECT_FALSE(noDisplay(wishes).has_value());
    ::close(socket);
}

struct Result {
    int code = -1;
    QProcess::ExitStatus status = QProcess::CrashExit;
    QByteArray out, error;
};

Result run(const QStringList& arguments) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        environment.remove(QLatin1String(name));
    }
    process.setProcessEnvironment(environment);
    process.start(QString::fromStdString(test::binary_dir() + "/bin/vernier"), arguments);
    process.waitForFinished(60000);
    return {process.exitCode(), process.exitStatus(), process.readAllStandardOutput(), process.readAllStandardError()};
}

TEST(Display, TheProgramSaysInOneLineWhatToDo) {
    const Result result = run({});
    EXPECT_EQ(result.status, QProcess::NormalExit);
    EXPECT_EQ(result.code, 69);
    EXPECT_EQ(result.error.count('\n'), 1) << result.error.constData();
    EXPECT_TRUE(result.error.startsWith("vernier: there is no display")) << result.error.constData();
    EXPECT_TRUE(result.error.contains("QT_QPA_PLATFORM=offscreen"));
    EXPECT_TRUE(result.error.contains("vernier-cli"));
}

TEST(Display, ASheetIsExportedWithoutOne) {
    test::TempDir folder;
    ComparedFiles compared{test::simulated_comparison(), {}};
    const QString evidence = QString::fromStdString(folder.write("e.json", to_json(compared, false).dump()).string());
    for (const char* name : {"sheet.png", "sheet.svg", "sheet.pdf"}) {
        const QString out = QString::fromStdString((folder / name).string());
        const Result result = run({QStringLiteral("--export"), evidence, QStringLiteral("-o"), out, QStringLiteral("--theme"), QStringLiteral("dark")});
        EXPECT_EQ(result.code, 0) << name << ": " << result.error.constData();
        EXPECT_GT(QFileInfo(out).size(), 5000) << name;
    }
    const Result bare = run({QStringLiteral("--export"), evidence});
    EXPECT_EQ(bare.code, 64);
    EXPECT_TRUE(bare.error.contains("-o FILE")) << bare.error.constData();
    const QString none = QString::fromStdString(folder.write("no.json", "{").string());
    const Result refused = run({QStringLiteral("--export"), none, QStringLiteral("--out"), QString::fromStdString((folder / "no.png").string())});
    EXPECT_EQ(refused.code, 65);
    EXPECT_TRUE(refused.error.contains("cut short")) << refused.error.constData();
    EXPECT_FALSE(QFileInfo::exists(QString::fromStdString((folder / "no.png").string())));
}

TEST(Display, HelpAndVersionNeedNone) {
    EXPECT_TRUE(run({QStringLiteral("--help")}).out.contains("--walk"));
    const Result version = run({QStringLiteral("--version")});
    EXPECT_EQ(version.code, 0);
    EXPECT_TRUE(version.out.contains(VERNIER_VERSION));
}

}  // namespace
}  // namespace vernier
