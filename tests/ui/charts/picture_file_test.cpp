// SPDX-License-Identifier: GPL-3.0-or-later
#include <QClipboard>
#include <QFile>
#include <QGuiApplication>
#include <QMimeData>
#include <QPainter>
#include <QSvgRenderer>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "ui/charts/picture_file.h"

namespace vernier::ui {
namespace {

Picture square() {
    Picture picture;
    picture.size = {80, 60};
    picture.title = QStringLiteral("A square");
    picture.notes = {{QStringLiteral("Comment"), QStringLiteral("host test")}};
    picture.paint = [](QPainter& painter) { painter.fillRect(QRectF(20, 15, 40, 30), QColor(0x009e73)); };
    return picture;
}

QString pathOf(const test::TempDir& folder, const char* name) { return QString::fromStdString((folder.path() / name).string()); }

TEST(PictureFile, PngIsTwiceAsLargeAndKeepsItsNotes) {
    const test::TempDir folder;
    const QString path = pathOf(folder, "a.png");
    QString error;
    ASSERT_TRUE(writePicture(square(), path, &error)) << error.toStdString();
    const QImage image(path);
    EXPECT_EQ(image.size(), QSize(160, 120));
    EXPECT_EQ(image.pixelColor(80, 60), QColor(0x009e73));
    EXPECT_EQ(image.pixelColor(2, 2), QColor(Qt::white));
    EXPECT_EQ(image.text(QStringLiteral("Title")), QStringLiteral("A square"));
    EXPECT_EQ(image.text(QStringLiteral("Comment")), QStringLiteral("host test"));
}

TEST(PictureFile, SvgReadsBackAsTheSamePicture) {
    QSvgRenderer svg(pictureBytes(square(), QStringLiteral("svg")));
    ASSERT_TRUE(svg.isValid());
    EXPECT_EQ(svg.viewBoxF().size(), QSizeF(80, 60));
    QImage image(80, 60, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    svg.render(&painter);
    EXPECT_EQ(image.pixelColor(40, 30), QColor(0x009e73));
    EXPECT_EQ(image.pixelColor(5, 5), QColor(Qt::white));
}

TEST(PictureFile, PdfIsOnePageOfThePicturesSize) {
    const QByteArray pdf = pictureBytes(square(), QStringLiteral("pdf"));
    EXPECT_TRUE(pdf.startsWith("%PDF-"));
    EXPECT_TRUE(pdf.contains("/Count 1"));
    EXPECT_TRUE(pdf.contains("/MediaBox [0 0 60.00")) << pdf.mid(std::max<qsizetype>(0, pdf.indexOf("/MediaBox")), 60).toStdString();
}

TEST(PictureFile, OtherEndingsAndFoldersThatAreNotThereAreRefused) {
    const test::TempDir folder;
    QString error;
    EXPECT_FALSE(writePicture(square(), pathOf(folder, "a.bmp"), &error));
    EXPECT_TRUE(error.contains(QStringLiteral("a.bmp"))) << error.toStdString();
    EXPECT_FALSE(QFile::exists(pathOf(folder, "a.bmp")));
    EXPECT_FALSE(writePicture(square(), pathOf(folder, "none/a.png"), &error));
    EXPECT_FALSE(error.isEmpty());
    EXPECT_EQ(withPictureEnding(QStringLiteral("a"), QStringLiteral("SVG drawing (*.svg)")), QStringLiteral("a.svg"));
    EXPECT_EQ(withPictureEnding(QStringLiteral("a.pdf"), QStringLiteral("SVG drawing (*.svg)")), QStringLiteral("a.pdf"));
}

TEST(PictureFile, TheClipboardHoldsBitmapAndSvg) {
    copyPicture(square());
    const QMimeData* data = QGuiApplication::clipboard()->mimeData();
    ASSERT_NE(data, nullptr);
    EXPECT_TRUE(data->hasImage());
    EXPECT_TRUE(QSvgRenderer(data->data(QStringLiteral("image/svg+xml"))).isValid());
}

}  // namespace
}  // namespace vernier::ui
