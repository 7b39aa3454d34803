// SPDX-License-Identifier: GPL-3.0-or-later
// A session file of the window.
#include <QString>

#include "tests/fuzz/scratch_file.h"
#include "tests/fuzz/small_models.h"
#include "ui/session/session_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vernier;
    static const ModelPtr model = fuzz::picture_model();
    const QString path = QString::fromStdString(fuzz::scratch_file("s.vernier", data, size).string());
    fuzz::expect_error_or_nothing([&] {
        const Json json = ui::readSessionFile(path);
        fuzz::expect_error_or_nothing([&] { (void)ui::modelOfSession(json, path); });
        (void)ui::sessionFromJson(json, path, *model);
    });
    return 0;
}
