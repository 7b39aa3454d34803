// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace vernier::cli {

/// The whole program: reads the arguments, runs the command, and returns the exit code.
int run(int argc, char** argv);

/// The same in a process that another of ours started to do the work (app/cli/job_worker.h).
int run_as_worker(int argc, char** argv);

}  // namespace vernier::cli
