// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <string_view>

namespace vernier::cli {

class Context;
class OptionSet;

/// Runs a command whose options have been read; returns the exit code. Throws Error.
using Run = std::function<int(Context&)>;

/// Whether a command is run in a process of its own, because the runtime opens a file in it and may die of it.
enum class InWorker { no, yes, and_look_without_runtime };

/// One command. Help, shell completion and the manual page are made from these rows.
struct Command {
    std::string_view name;
    std::string_view summary;            ///< one line, no full stop
    std::string_view details;            ///< what it does and what its exit code means; paragraphs are divided by "\n\n"
    std::string_view examples;           ///< one a line
    Run (*declare)(OptionSet& options);  ///< adds the command's own options
    InWorker in_worker = InWorker::no;
    /// How long work may go on after a stop was asked for; all but what the runtime does in one call ends within it.
    std::chrono::milliseconds patience{1500};
};

/// All commands in the order of help.
[[nodiscard]] std::span<const Command> commands();

}  // namespace vernier::cli
