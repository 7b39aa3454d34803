// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "core/base/plain_text.h"

namespace vernier::ui {

/// A name of a file or a run as all panels show it (core/base/plain_text.h).
[[nodiscard]] inline QString plainTitle(const QString& name) { return QString::fromStdString(plain_title(name.toStdString())); }

}  // namespace vernier::ui
