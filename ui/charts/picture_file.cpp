// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/picture_file.h"

#include <QBuffer>
#include <QClipboard>
#include <QCoreApplication>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMimeData>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>

#include <cstddef>
#include <string_view>

#include "core/base/error.h"
#include "core/base/file.h"

namespace vernier::ui {

namespace {

constexpr double kPngScale = 2;  // sharp on dense screens and in print
constexpr double kDotsPerInch = 96;
constexpr int kPdfScale = 10;  // finer than a pixel, so that text is not set on a coarse grid

QString tr(const char* words) { return QCoreApplication::translate("PictureFile", words); }

void writePng(const Picture& picture, QBuffer& buffer) {
    QImage image = pictureImage(picture);
    image.save(&buffer, "PNG");
}

void writeSvg(const Picture& picture, QBuffer& buffer) {
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setResolution(int(kDotsPerInch));
    svg.setSize(picture.size.toSize());
    svg.setViewBox(QRectF(QPointF(), picture.size));
    svg.setTitle(picture.title);
    svg.setDescription(picture.description);
    QPainter painter(&svg);
    picture.paint(painter);
}

void writePdf(const Picture& picture, QBuffer& buffer) {
    QPdfWriter pdf(&buffer);
    pdf.setTitle(picture.title);
    pdf.setCreator(QStringLiteral("Vernier %1").arg(QLatin1String(VERNIER_VERSION)));
    pdf.setResolution(int(kDotsPerInch) * kPdfScale);
    pdf.setPageSize(QPageSize(picture.size * 72 / kDotsPerInch, QPageSize::Point, {}, QPageSize::ExactMatch));
    pdf.setPageMargins({});
    QPainter painter(&pdf);
    painter.scale(kPdfScale, kPdfScale);
    picture.paint(painter);
}

}  // namespace

QImage pictureImage(const Picture& picture) {
    QImage image((picture.size * kPngScale).toSize(), QImage::Format_RGB32);
    image.setDevicePixelRatio(kPngScale);
    image.setDotsPerMeterX(int(kDotsPerInch * kPngScale / 0.0254));
    image.setDotsPerMeterY(int(kDotsPerInch * kPngScale / 0.0254));
    image.fill(Qt::white);
    {
        QPainter painter(&image);
        picture.paint(painter);
    }
    image.setText(QStringLiteral("Title"), picture.title);
    image.setText(QStringLiteral("Description"), picture.description);
    image.setText(QStringLiteral("Software"), QStringLiteral("Vernier %1").arg(QLatin1String(VERNIER_VERSION)));
    for (auto note = picture.notes.begin(); note != picture.notes.end(); ++note) {
        image.setText(note.key(), note.value());
    }
    return image;
}

QByteArray pictureBytes(const Picture& picture, const QString& format) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    if (format == QLatin1String("png")) {
        writePng(picture, buffer);
    } else if (format == QLatin1String("svg")) {
        writeSvg(picture, buffer);
    } else if (format == QLatin1String("pdf")) {
        writePdf(picture, buffer);
    }
    return buffer.data();
}

bool writePicture(const Picture& picture, const QString& path, QString* error) {
    const auto fail = [error](const QString& words) {
        if (error != nullptr) {
            *error = words;
        }
        return false;
    };
    const QByteArray bytes = pictureBytes(picture, QFileInfo(path).suffix().toLower());
    if (bytes.isEmpty()) {
        return fail(tr("“%1” does not end with .png, .svg or .pdf. Choose a name with one of these endings.").arg(QFileInfo(path).fileName()));
    }
    try {
        write_file(path.toStdString(), std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    } catch (const Error& problem) {
        return fail(QString::fromStdString(problem.line()));
    }
    return true;
}

void copyPicture(const Picture& picture) {
    auto* data = new QMimeData;
    data->setImageData(pictureImage(picture));
    data->setData(QStringLiteral("image/svg+xml"), pictureBytes(picture, QStringLiteral("svg")));
    QGuiApplication::clipboard()->setMimeData(data);
}

QStringList pictureEndings() { return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf")}; }

QString pictureFilter() { return tr("PNG picture (*.png);;SVG drawing (*.svg);;PDF document (*.pdf)"); }

QString withPictureEnding(const QString& path, const QString& filter) {
    if (!QFileInfo(path).suffix().isEmpty()) {
        return path;
    }
    return path + (filter.contains(QLatin1String("*.svg"))   ? QStringLiteral(".svg")
                   : filter.contains(QLatin1String("*.pdf")) ? QStringLiteral(".pdf")
                                                             : QStringLiteral(".png"));
}

}  // namespace vernier::ui
