// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/cli/commands/table.h"
#include "app/cli/context.h"
#include "app/cli/help.h"
#include "app/cli/options.h"
#include "core/quant/calibration/table.h"
#include "core/quant/dialect.h"
#include "core/quant/method.h"
#include "core/quant/methods/roundings.h"

namespace vernier::cli {
namespace {

std::vector<std::string> flags_of(const Command& command) {
    std::vector<std::string> flags;
    for (const OptionText& option : option_texts(command)) flags.insert(flags.end(), option.flags.begin(), option.flags.end());
    return flags;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : std::string(between)) + word;
    return out;
}

std::string command_names() {
    std::vector<std::string> names;
    for (const Command& command : commands()) names.emplace_back(command.name);
    return joined(names, " ");
}

/// Words that an option takes, where they are few; empty when it takes a file or a number.
std::string choices(const std::string& flag) {
    std::vector<std::string> words;
    if (flag == "--method")
        for (const MethodSpec& row : methods()) words.emplace_back(row.id);
    if (flag == "--calibration") words = range_method_ids();
    if (flag == "--rounding") words = rounding_ids();
    if (flag == "--dialect")
        for (const auto& row : kDialects) words.emplace_back(row.id);
    if (flag == "--weight-range")
        for (const auto& row : kWeightRanges) words.emplace_back(row.id);
    return joined(words, " ");
}

std::string bash() {
    std::string out =
        "_vernier_cli() {\n  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
        "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
        "    COMPREPLY=($(compgen -W \"" +
        command_names() +
        " --help\" -- \"$word\")); return\n  fi\n"
        "  case $before in\n";
    for (const char* flag : {"--method", "--calibration", "--rounding", "--dialect", "--weight-range"})
        out += fmt::format("    {}) COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return ;;\n", flag, choices(flag));
    out +=
        "    completion) COMPREPLY=($(compgen -W \"bash zsh fish\" -- \"$word\")); return ;;\n  esac\n"
        "  if [[ $word == -* ]]; then\n    case ${COMP_WORDS[1]} in\n";
    for (const Command& command : commands())
        out += fmt::format("      {}) COMPREPLY=($(compgen -W \"{}\" -- \"$word\")) ;;\n", command.name, joined(flags_of(command), " "));
    return out +
           "    esac\n    return\n  fi\n  COMPREPLY=($(compgen -f -- \"$word\"))\n}\n"
           "complete -o filenames -F _vernier_cli vernier-cli\n";
}

/// A description inside single quotes of a zsh spec: no quotes, brackets or colons.
std::string zsh_text(std::string text) {
    std::erase(text, '\'');
    std::replace(text.begin(), text.end(), '[', '(');
    std::replace(text.begin(), text.end(), ']', ')');
    std::replace(text.begin(), text.end(), ':', ',');
    return text;
}

std::string zsh() {
    std::string out = "#compdef vernier-cli\n_vernier_cli() {\n  local -a names\n  names=(\n";
    for (const Command& command : commands()) out += fmt::format("    '{}:{}'\n", command.name, zsh_text(std::string(command.summary)));
    out += "  )\n  if (( CURRENT == 2 )); then _describe command names; return; fi\n  case $words[2] in\n";
    for (const Command& command : commands()) {
        out += fmt::format("    {})\n      _arguments '2:command:'", command.name);
        for (const OptionText& option : option_texts(command)) {
            for (const std::string& flag : option.flags) {
                const std::string words = choices(flag);
                const std::string action = option.value.empty() ? "" : ":value:" + (words.empty() ? "_files" : "(" + words + ")");
                out += fmt::format(" \\\n        '{}[{}]{}'", flag, zsh_text(option.description), action);
            }
        }
        out += command.name == "completion" ? " \\\n        '*:shell:(bash zsh fish)' ;;\n" : " \\\n        '*:file:_files' ;;\n";
    }
    return out + "  esac\n}\ncompdef _vernier_cli vernier-cli\n";
}

std::string fish() {
    const auto quoted = [](std::string text) {
        std::erase(text, '\'');
        return "'" + text + "'";
    };
    std::string out;
    for (const Command& command : commands())
        out += fmt::format("complete -c vernier-cli -n __fish_use_subcommand -f -a {} -d {}\n", command.name, quoted(std::string(command.summary)));
    for (const Command& command : commands()) {
        for (const OptionText& option : option_texts(command)) {
            for (const std::string& flag : option.flags) {
                const bool is_long = flag.rfind("--", 0) == 0;
                const std::string words = choices(flag);
                out += fmt::format("complete -c vernier-cli -n '__fish_seen_subcommand_from {}' {} {} -d {}{}\n", command.name, is_long ? "-l" : "-s",
                                   flag.substr(is_long ? 2 : 1), quoted(option.description),
                                   option.value.empty() ? ""
                                   : words.empty()      ? " -r"
                                                        : " -x -a '" + words + "'");
            }
        }
    }
    return out + "complete -c vernier-cli -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n";
}

Run declare(OptionSet& set) {
    auto shell = std::make_shared<std::string>();
    set.argument("SHELL", *shell, "bash, zsh or fish");
    return [shell](Context& context) {
        if (*shell == "bash")
            context.print(bash());
        else if (*shell == "zsh")
            context.print(zsh());
        else if (*shell == "fish")
            context.print(fish());
        else
            throw Error(ErrorKind::usage, "no completion for \"" + *shell + "\"", {}, "Known shells: bash, zsh, fish.");
        return 0;
    };
}

}  // namespace

const Command kCompletion = {"completion", "Write completion rules for a shell", "",
                             "vernier-cli completion bash > ~/.local/share/bash-completion/completions/vernier-cli\n"
                             "vernier-cli completion zsh > ~/.zfunc/_vernier-cli\n"
                             "vernier-cli completion fish > ~/.config/fish/completions/vernier-cli.fish",
                             declare};

}  // namespace vernier::cli
