// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/changed.h"

#include <string>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/model/detail/parts.h"

namespace vernier {

void check_unchanged(const Model& model) {
    const auto check = [](const MappedFile& file, const std::string& path) {
        if (!file.is_unchanged())
            throw Error(ErrorKind::bad_model, "was changed by another program while it was used", {.file = path}, "Try again when it is written whole");
    };
    const Source& source = *model.parts().source;
    if (source.file) check(*source.file, source.path.string());
    for (const auto& [path, file] : source.external) check(*file, path);
}

}  // namespace vernier
