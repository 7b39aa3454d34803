// SPDX-License-Identifier: GPL-3.0-or-later
// Runs as they are made by a vernier-cli of the test.
#include <gtest/gtest.h>

#include <QStringList>

#include <filesystem>
#include <string>

#include "tests/ui/small_session.h"
#include "ui/session/queue.h"
#include "ui/session/trials.h"

namespace vernier::ui {
namespace {

using test::SmallSession;
using test::wait_until;

/// A vernier-cli that writes the same file of every recipe: quantize gives its hash, all other commands fail.
std::string same_file_cli(const test::TempDir& folder) {
    const std::string cli = folder
                                .write("cli",
                                       "#!/bin/sh\n[ \"$1\" = quantize ] || exit 70\nwhile [ \"$1\" != -o ]; do shift; done\necho same > \"$2\"\n"
                                       "echo '{\"sha256\":\"0123\",\"nodes\":[]}'\n")
                                .string();
    std::filesystem::permissions(cli, std::filesystem::perms::owner_all);
    return cli;
}

TEST(Trials, TheSameFileIsNoSecondCandidate) {
    SmallSession small;
    Session& session = small.session;
    QStringList told;
    QObject::connect(&session, &Session::told, &session, [&](const QString& what) { told << what; });
    qputenv("VERNIER_CLI", same_file_cli(small.folder).c_str());
    const auto made = [&] {
        (void)session.trials().quantize();
        return wait_until([&] { return !session.queue().busy(); }, 20000);
    };
    session.document().chooseWholeModel(Method::fp16);
    ASSERT_TRUE(made());
    ASSERT_EQ(session.runs().size(), 1);
    EXPECT_TRUE(told.isEmpty());
    ASSERT_TRUE(made());
    ASSERT_EQ(session.runs().size(), 1) << "the same recipe, the same bytes";
    EXPECT_EQ(session.currentRun(), 1);
    ASSERT_EQ(told.size(), 1);
    EXPECT_TRUE(told.first().contains(QStringLiteral("byte for byte"))) << told.first().toStdString();
    session.choose({0}, Method::fp32);
    ASSERT_TRUE(made());
    qunsetenv("VERNIER_CLI");
    EXPECT_EQ(session.runs().size(), 2) << "another recipe is shown as what it was written as";
    EXPECT_EQ(told.size(), 2);
}

}  // namespace
}  // namespace vernier::ui
