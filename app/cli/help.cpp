// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/help.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>

#include "app/cli/command.h"
#include "app/cli/globals.h"
#include "app/cli/options.h"
#include "app/cli/text_table.h"

namespace vernier::cli {
namespace {

OptionText text_of(const CLI::Option& option) {
    OptionText text;
    text.positional = option.get_positional();
    text.required = option.get_required();
    text.description = option.get_description();
    if (text.positional) {
        text.names = option.get_name(true, false);
        if (option.get_expected_max() > 1) text.names += "...";
        return text;
    }
    for (const std::string& name : option.get_snames()) text.flags.push_back(fmt::format("-{}", name));
    for (const std::string& name : option.get_lnames()) text.flags.push_back(fmt::format("--{}", name));
    for (const std::string& flag : text.flags) text.names += (text.names.empty() ? "" : ", ") + flag;
    if (option.get_expected_max() > 0) text.value = option.get_type_name();
    return text;
}

std::string option_lines(const std::vector<OptionText>& options, bool positional) {
    std::string out;
    for (const OptionText& option : options) {
        if (option.positional != positional) continue;
        const std::string left = option.names + (option.value.empty() ? "" : " " + option.value);
        const std::string body = wrapped(option.description, 98, std::string(30, ' '));
        out += left.size() > 26 ? fmt::format("  {}\n{}\n", left, body) : fmt::format("  {:<28}{}\n", left, body.substr(30));
    }
    return out;
}

const Command* find(std::string_view name) {
    for (const Command& command : commands())
        if (command.name == name) return &command;
    return nullptr;
}

}  // namespace

std::vector<OptionText> option_texts(const CLI::App& app) {
    std::vector<OptionText> texts;
    for (const CLI::Option* option : app.get_options()) texts.push_back(text_of(*option));
    std::stable_partition(texts.begin(), texts.end(), [](const OptionText& text) { return text.positional; });
    return texts;
}

std::vector<OptionText> option_texts(const Command& command) {
    CLI::App app(std::string(command.summary), std::string(command.name));
    Globals globals;
    OptionSet options(app);
    const Run run = command.declare(options);
    declare_globals(options, globals);
    return option_texts(app);
}

std::string synopsis(const Command& command) {
    std::string line = "vernier-cli " + std::string(command.name);
    for (const OptionText& option : option_texts(command)) {
        if (option.positional) line += option.required ? " " + option.names : " [" + option.names + "]";
        if (!option.positional && option.required) line += " " + option.flags.front() + " " + option.value;
    }
    return line + " [options]";
}

std::string program_help() {
    std::string out = "Quantize ONNX models per node, and measure what it costs and gains.\n\nUsage: vernier-cli COMMAND [options]\n\n";
    for (const Command& command : commands()) out += fmt::format("  {:<12}{}\n", command.name, command.summary);
    CLI::App app;
    Globals globals;
    declare_globals(OptionSet(app), globals);
    out += "\nOptions of every command:\n" + option_lines(option_texts(app), false) + "\nExit codes:\n";
    for (const ExitText& row : exit_texts()) out += fmt::format("  {:>3}  {}\n", row.code, row.meaning);
    return out + "\nvernier-cli COMMAND --help tells more.\n";
}

std::string command_help(const CLI::App& app) {
    const Command& command = *find(app.get_name());
    const std::vector<OptionText> options = option_texts(app);
    std::string out = fmt::format("Usage: {}\n\n{}.\n", synopsis(command), command.summary);
    for (std::size_t at = 0; at < command.details.size();) {
        const std::size_t end = std::min(command.details.find("\n\n", at), command.details.size());
        out += "\n" + wrapped(command.details.substr(at, end - at), 98, "") + "\n";
        at = end + 2;
    }
    const std::string arguments = option_lines(options, true);
    if (!arguments.empty()) out += "\nArguments:\n" + arguments;
    out += "\nOptions:\n" + option_lines(options, false);
    if (command.examples.empty()) return out;
    out += "\nExamples:\n";
    for (std::size_t at = 0; at < command.examples.size();) {
        const std::size_t end = std::min(command.examples.find('\n', at), command.examples.size());
        out += "  " + std::string(command.examples.substr(at, end - at)) + "\n";
        at = end + 1;
    }
    return out;
}

const std::vector<ExitText>& exit_texts() {
    static const std::vector<ExitText> rows = {
        {0, "done; the gate passed"},
        {1, "the gate failed"},
        {2, "the gate is inconclusive"},
        {64, "wrong usage"},
        {65, "a model, dataset or recipe that cannot be used"},
        {66, "a file was not found"},
        {69, "ONNX Runtime is missing or too old"},
        {70, "an internal error"},
        {74, "an output cannot be written"},
        {130, "cancelled"},
    };
    return rows;
}

}  // namespace vernier::cli
