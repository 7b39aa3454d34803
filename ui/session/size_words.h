// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include "core/model/sizes.h"

namespace vernier::ui {

/// "height=640", "input=1x3x640x640" as a user writes them. Throws Error{usage}.
[[nodiscard]] SizeChoices sizeChoices(const QStringList& words, const Model& model);

}  // namespace vernier::ui
