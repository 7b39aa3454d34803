// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QComboBox>
#include <QLabel>

#include "tests/ui/small_session.h"
#include "ui/session/command.h"
#include "ui/session/trials.h"
#include "ui/shell/measure_dialog.h"

namespace vernier::ui {
namespace {

Json version(const std::vector<std::string>& providers) {
    return {{"runtime", {{"version", "1.32.0"}, {"path", "/opt/libonnxruntime.so"}, {"providers", providers}}}};
}

QStringList items(const QComboBox& box) {
    QStringList all;
    for (int i = 0; i < box.count(); ++i) {
        all << box.itemText(i);
    }
    return all;
}

TEST(MeasureDialog, OffersTheProvidersOfTheLibrary) {
    Session session;
    MeasureDialog dialog(session);
    EXPECT_EQ(items(*dialog.provider()), QStringList{QStringLiteral("CPU")});
    EXPECT_TRUE(dialog.settings().provider.isEmpty());
    dialog.offerProviders(version({"OpenVINO", "CPU"}));
    EXPECT_EQ(items(*dialog.provider()), (QStringList{QStringLiteral("CPU"), QStringLiteral("OpenVINO")})) << "each once";
    EXPECT_TRUE(dialog.settings().provider.isEmpty()) << "the CPU is chosen until another one is";
    dialog.provider()->setCurrentIndex(1);
    EXPECT_EQ(dialog.settings().provider, QStringLiteral("openvino"));
    EXPECT_TRUE(dialog.providerNote()->text().contains(QStringLiteral("/opt/libonnxruntime.so")));
}

TEST(MeasureDialog, NamesAProviderThatTheLibraryDoesNotHave) {
    Session session;
    MeasureSettings settings;
    settings.provider = QStringLiteral("cuda:device_id=1");
    session.document().setMeasureSettings(settings);
    MeasureDialog dialog(session);
    EXPECT_EQ(dialog.settings(), settings) << "what a session says is kept";
    dialog.offerProviders(version({"CPU"}));
    EXPECT_EQ(dialog.provider()->currentText(), QStringLiteral("cuda"));
    const QString note = dialog.providerNote()->text();
    EXPECT_TRUE(note.contains(QStringLiteral("does not have the provider cuda"))) << note.toStdString();
    EXPECT_TRUE(note.contains(QStringLiteral("/opt/libonnxruntime.so"))) << note.toStdString();
    EXPECT_EQ(dialog.settings(), settings);
}

TEST(MeasureDialog, TheProviderIsAWordOfEveryCommandThatRunsModels) {
    test::SmallSession small;
    ASSERT_TRUE(small.opened);
    MeasureSettings settings;
    EXPECT_TRUE(runWords(settings, *small.session.model()).isEmpty());
    settings.provider = QStringLiteral("openvino:device_type=CPU");
    settings.sizes = QStringList{QStringLiteral("N=2")};
    EXPECT_EQ(runWords(settings, *small.session.model()),
              (QStringList{QStringLiteral("--dim"), QStringLiteral("N=2"), QStringLiteral("--provider"), QStringLiteral("openvino:device_type=CPU")}));
}

}  // namespace
}  // namespace vernier::ui
