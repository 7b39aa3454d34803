// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/help.h"

namespace vernier::cli {
namespace {

/// Text for roff: backslash and hyphen are written so that they can be copied; a leading dot is no request.
std::string roff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return !out.empty() && (out[0] == '.' || out[0] == '\'') ? "\\&" + out : out;
}

std::string paragraphs(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find("\n\n", at), text.size());
        out += ".PP\n" + roff(text.substr(at, end - at)) + "\n";
        at = end + 2;
    }
    return out;
}

std::string section_of(const Command& command) {
    std::string out = fmt::format(".SS \"{}\"\n.B {}\n", roff(command.name), roff(synopsis(command)));
    out += ".PP\n" + roff(command.summary) + ".\n" + paragraphs(command.details);
    for (const OptionText& option : option_texts(command))
        out += fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", roff(option.names), option.value.empty() ? "" : " \\fI" + roff(option.value) + "\\fR",
                           roff(option.description));
    if (!command.examples.empty()) out += ".PP\n.EX\n" + roff(command.examples) + "\n.EE\n";
    return out;
}

int show(Context& context) {
    std::string page = ".TH VERNIER\\-CLI 1 \"\" \"Vernier " VERNIER_VERSION
                       "\" \"User Commands\"\n"
                       ".SH NAME\nvernier\\-cli \\- quantize ONNX models per node, and measure what it costs and gains\n"
                       ".SH SYNOPSIS\n.B vernier\\-cli\n.I COMMAND\n[options]\n.SH COMMANDS\n";
    for (const Command& command : commands()) page += section_of(command);
    page += ".SH EXIT STATUS\n";
    for (const ExitText& row : exit_texts()) page += fmt::format(".TP\n.B {}\n{}\n", row.code, roff(row.meaning));
    page +=
        ".SH ENVIRONMENT\n.TP\n.B VERNIER_ORT\nThe ONNX Runtime library to use when \\-\\-ort is not given.\n"
        ".TP\n.B NO_COLOR\nWhen set, the terminal shows no colours.\n";
    context.print(page);
    return 0;
}

Run declare(OptionSet&) { return show; }

}  // namespace

const Command kMan = {"man", "Write the manual page (roff)", "", "vernier-cli man | man -l -", declare};

}  // namespace vernier::cli
