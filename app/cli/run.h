// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace vernier::cli {

/// The whole program: reads the arguments, runs the command, and returns the exit code.
int run(int argc, char** argv);

}  // namespace vernier::cli
