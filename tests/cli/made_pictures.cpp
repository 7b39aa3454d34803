// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/made_pictures.h"

#include <png.h>

#include <stdexcept>

namespace vernier::test {

void Canvas::save_png(const std::filesystem::path& path) const {
    png_image image = {};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width);
    image.height = static_cast<png_uint_32>(height);
    image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    if (png_image_write_to_file(&image, path.c_str(), 0, values.data(), 0, nullptr) == 0) throw std::runtime_error(image.message);
}

}  // namespace vernier::test
