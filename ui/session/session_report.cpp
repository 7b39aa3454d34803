// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/session_report.h"

#include "core/report/html.h"
#include "ui/session/trials.h"

namespace vernier::ui {

std::string reportHtml(const Trials& trials) { return trials.compared() ? render_html(*trials.compared()) : std::string(); }

}  // namespace vernier::ui
