// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace vernier::cli {

struct Command;

/// One option or argument as help, completion and manual page show it.
struct OptionText {
    std::string names;  ///< "-o, --out" or "MODEL..."
    std::string value;  ///< "FILE"; empty for a flag
    std::string description;
    std::vector<std::string> flags;  ///< "-o", "--out"
    bool positional = false;
    bool required = false;
};

/// All options of a command, arguments first, in the order of declaration.
[[nodiscard]] std::vector<OptionText> option_texts(const CLI::App& app);
/// The same for a row of the command table.
[[nodiscard]] std::vector<OptionText> option_texts(const Command& command);

/// "vernier-cli quantize MODEL -o OUT [options]".
[[nodiscard]] std::string synopsis(const Command& command);
[[nodiscard]] std::string program_help();
[[nodiscard]] std::string command_help(const CLI::App& app);

/// Exit codes and their meaning, for help and manual page.
struct ExitText {
    int code;
    std::string_view meaning;
};
[[nodiscard]] const std::vector<ExitText>& exit_texts();

}  // namespace vernier::cli
