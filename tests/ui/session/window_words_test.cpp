// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/window_words.h"
#include "tests/support/paths.h"

#include <gtest/gtest.h>

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>

namespace vernier::ui {
namespace {

struct Said {
    const char* core;
    const char* window;
};

TEST(WindowWords, NameThePlaceInsteadOfTheOption) {
    for (const Said& said : {Said{"Intervals are wider; give more time with --seconds.", "Intervals are wider; give more time in Measurement settings."},
                             Said{"Give --data.", "Pick a dataset in the Data tab."},
                             Said{"Give --data: a folder of images, or an .npz file.", "Pick a dataset in the Data tab: a folder of images, or an .npz file."},
                             Said{"Give samples (--data): made inputs say little.", "Give samples in the Data tab: made inputs say little."},
                             Said{"Choose others with --shape input=1x3x640x640.", "Choose others in Measurement settings."},
                             Said{"Choose others with --dim height=640 (or --shape INPUT=...).", "Choose others in Measurement settings."},
                             Said{"Choose others with --dim or --shape (or --shape INPUT=...).", "Choose others in Measurement settings."},
                             Said{"Or give sizes that it takes (--shape, --dim).", "Or give sizes that it takes (Measurement settings)."},
                             Said{"--shape: the model has no input 'x'", "the model has no input 'x'"},
                             Said{"Name another with --task, or \"task\" in the .dataset.json.", "Name another with \"task\" in the .dataset.json."},
                             Said{"Name the task with --task: regression.", "Name the task as \"task\" in the .dataset.json: regression."},
                             Said{"A tensor named 'a--b' stays.", "A tensor named 'a--b' stays."}})
        EXPECT_EQ(windowWords(std::string(said.core)).toStdString(), said.window);
}

/// Every text of the core that names an option, whole or in parts. --ort is an option of the window, too.
TEST(WindowWords, LeaveNoOptionOfTheCommandLine) {
    const QRegularExpression literal(QStringLiteral("\"((?:[^\"\\\\\n]|\\\\.)*)\"")), option(QStringLiteral("(?<![\\w-])--(?!ort\\b)[a-z][a-z-]+"));
    int seen = 0;
    for (QDirIterator file(QString::fromStdString(test::source_dir() + "/core"), {QStringLiteral("*.cpp")}, QDir::Files, QDirIterator::Subdirectories);
         file.hasNext();) {
        QFile source(file.next());
        ASSERT_TRUE(source.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(source.readAll());
        for (auto found = literal.globalMatch(text); found.hasNext();) {
            const QString words = found.next().captured(1);
            if (!words.contains(option)) {
                continue;
            }
            ++seen;
            EXPECT_FALSE(windowWords(words).contains(option)) << source.fileName().toStdString() << ": " << windowWords(words).toStdString();
        }
    }
    EXPECT_GT(seen, 15);
}

}  // namespace
}  // namespace vernier::ui
