// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QImage>
#include <QMap>
#include <QSizeF>
#include <QString>
#include <QStringList>

#include <functional>

class QPainter;

namespace vernier::ui {

/// Something that can be painted at a size, for a file or the clipboard.
struct Picture {
    QSizeF size;    ///< in pixels of 96 to the inch
    QString title;  ///< kept in the file, as is the description
    QString description;
    QMap<QString, QString> notes;          ///< further text of a PNG: hashes, host, date
    std::function<void(QPainter&)> paint;  ///< paints its own ground
};

/// Writes PNG (twice the pixels), SVG or PDF by the ending of path. The file is whole or untouched.
/// False, and why in error, when the ending is another one or the file cannot be written.
[[nodiscard]] bool writePicture(const Picture& picture, const QString& path, QString* error);
/// The same as bytes; format is "png", "svg" or "pdf". Empty for any other.
[[nodiscard]] QByteArray pictureBytes(const Picture& picture, const QString& format);
[[nodiscard]] QImage pictureImage(const Picture& picture);
/// Bitmap and SVG, so that each program takes what it can.
void copyPicture(const Picture& picture);
/// Endings of picture files, without the dot.
[[nodiscard]] QStringList pictureEndings();
/// For file dialogs: "PNG picture (*.png);;...".
[[nodiscard]] QString pictureFilter();
/// A name from a file dialog, with the ending of the chosen filter where it has none.
[[nodiscard]] QString withPictureEnding(const QString& path, const QString& filter);

}  // namespace vernier::ui
