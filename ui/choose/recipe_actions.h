// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QVector>

#include <functional>

#include "core/quant/method.h"

class QMenu;

namespace vernier::ui {

class Session;

/// One entry a method, with its key where withKeys says so; then(method) is called for the one that is taken.
void addMethods(QMenu& menu, bool withKeys, const std::function<void(Method)>& then);

/// The menu of a node in table and graph: methods for it (or for the whole selection when it is part of one), for all of
/// its op type, for the whole model, reset, select alike, copy name.
void fillNodeMenu(QMenu& menu, Session& session, int node);

}  // namespace vernier::ui
