// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/context.h"
#include "app/cli/help.h"
#include "app/cli/job_worker.h"
#include "app/cli/options.h"
#include "app/cli/signals.h"
#include "core/base/temporary.h"
#include "core/quant/near_names.h"

namespace vernier::cli {
namespace {

struct Declared {
    CLI::App* app;
    Run run;
    InWorker in_worker = InWorker::no;
    std::chrono::milliseconds patience{};
};

/// What the arguments ask for: a command to run, or a text to show.
struct Parsed {
    const Declared* chosen = nullptr;
    std::string help;
};

bool is_option(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

/// The error for arguments that nobody knows, with near names.
Error unknown_error(const CLI::App& app, const std::vector<std::string>& words, bool expects_command, const std::string& see) {
    const std::string word = words.front().substr(0, words.front().find('='));
    std::vector<std::string> names;
    std::string what = "unexpected argument \"" + word + "\"";
    if (is_option(word)) {
        what = "unknown option " + word;
        for (const CLI::Option* option : app.get_options())
            for (const std::string& name : option->get_lnames()) names.push_back(name);
    } else if (expects_command) {
        what = "unknown command \"" + word + "\"";
        for (const Command& command : commands()) names.emplace_back(command.name);
        names.emplace_back("--help");
    }
    // The dashes that all options share say nothing of how near two are.
    const std::string bare = is_option(word) ? word.substr(std::min(word.find_first_not_of('-'), word.size())) : word;
    const std::string near = did_you_mean(near_names(bare, names), is_option(word) ? "--" : "");
    return {ErrorKind::usage, what, {}, near.empty() ? see : near + " " + see};
}

/// What is wrong with how often an option, or its value, was given.
std::string count_text(const CLI::ArgumentMismatch& error) {
    const std::string what = error.what();
    const std::string option = what.substr(0, what.find(':'));
    if (what.find("At Most") != std::string::npos) return option + " is given more than once";
    return what.ends_with("missing") ? option + " needs a value" : what;
}

Parsed parse(CLI::App& app, const std::vector<Declared>& declared, int argc, char** argv) {
    const auto chosen = [&]() -> const Declared* {
        for (const Declared& candidate : declared)
            if (candidate.app->parsed()) return &candidate;
        return nullptr;
    };
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        const Declared* command = chosen();
        return {nullptr, command != nullptr ? command_help(*command->app) : program_help()};
    } catch (const CLI::CallForVersion&) {
        const auto version = std::find_if(declared.begin(), declared.end(), [](const Declared& each) { return each.app->get_name() == "version"; });
        return {&*version, {}};
    } catch (const CLI::ParseError& error) {
        const Declared* command = chosen();
        const CLI::App& at = command != nullptr ? *command->app : app;
        const std::string see = "See vernier-cli " + (command != nullptr ? at.get_name() + " --help." : "--help.");
        const std::vector<std::string> left = app.remaining(true);
        if (!left.empty()) throw unknown_error(at, left, command == nullptr, see);
        const auto* count = dynamic_cast<const CLI::ArgumentMismatch*>(&error);
        throw Error(ErrorKind::usage, count != nullptr ? count_text(*count) : error.what(), {}, see);
    }
    const Declared* command = chosen();
    if (command == nullptr) throw Error(ErrorKind::usage, "no command given", {}, "See vernier-cli --help.");
    return {command, {}};
}

/// Any exception as an Error, so that each has one exit code and one line.
Error as_error(std::exception_ptr exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const Error& error) {
        return error;
    } catch (const std::bad_alloc&) {
        return {ErrorKind::internal, "out of memory"};
    } catch (const std::filesystem::filesystem_error& error) {
        return {ErrorKind::bad_data, "cannot be reached: " + error.code().message(), {.file = error.path1().string()}};
    } catch (const std::exception& error) {
        return {ErrorKind::internal, std::string("unexpected: ") + error.what(), {}, "This is an internal error; please report it with the command line."};
    }
}

/// True when one of the words is exactly the flag: used before or instead of a successful parse.
bool has_flag(int argc, char** argv, std::string_view flag) {
    for (int i = 1; i < argc; ++i)
        if (argv[i] == flag) return true;
    return false;
}

/// Ends the process while another thread is in a call that cannot be interrupted. Output files have no name before they are
/// whole, so none is left.
[[noreturn]] void end_now(const Context& context) {
    const Error error(ErrorKind::cancelled, "cancelled");
    if (!context.is_printing()) context.fail(error);
    remove_temporary_folders();
    std::_Exit(exit_code(error.kind()));
}

/// What the process that does the command's work needs to know.
WorkerJob worker_job(const Declared& command, const Globals& globals, int argc, char** argv) {
    WorkerJob job;
    job.words.assign(argv + 1, argv + argc);
    for (const char* name : {"--model", "QUANTIZED", "MODEL"})
        if (const CLI::Option* model = command.app->get_option_no_throw(name); model != nullptr && model->count() > 0) job.model = model->as<std::string>();
    job.ort = globals.ort;
    job.only_looks = command.in_worker == InWorker::and_look_without_runtime;
    return job;
}

int run_program(int argc, char** argv, const std::optional<JobOrders>& orders) {
    Globals globals;
    CLI::App app("Quantize ONNX models per node, and measure what it costs and gains", "vernier-cli");
    declare_globals(OptionSet(app), globals);
    std::vector<Declared> declared;
    for (const Command& command : commands()) {
        CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
        OptionSet options(*sub);
        declared.push_back({sub, command.declare(options), command.in_worker, command.patience});
        declare_globals(options, globals);
    }
    app.require_subcommand(0, 1);
    app.set_version_flag("--version", VERNIER_VERSION, "The same as the command version");

    std::optional<Error> failure;
    Parsed parsed;
    try {
        parsed = parse(app, declared, argc, argv);
    } catch (...) {
        failure = as_error(std::current_exception());
        globals.json = globals.json || has_flag(argc, argv, "--json");
        globals.events = globals.events || has_flag(argc, argv, "--events");
    }

    if (!orders) remove_left_folders();
    const bool delegates = !orders && parsed.chosen != nullptr && parsed.chosen->in_worker != InWorker::no;
    Signals signals(globals.events || orders);
    Context context(globals, signals.token());
    if (orders) context.work_for_starter(*orders);
    // A process that only waits for its worker ends with it.
    std::optional<Signals::Overdue> overdue;
    const std::chrono::milliseconds patience = parsed.chosen != nullptr ? parsed.chosen->patience : Command{}.patience;
    if (!delegates) overdue.emplace(signals, patience, [&context] { end_now(context); });
    try {
        if (failure) throw *failure;
        if (delegates) return run_in_worker(context, worker_job(*parsed.chosen, globals, argc, argv));
        if (parsed.chosen != nullptr) return parsed.chosen->run(context);
        context.print(parsed.help);
        return 0;
    } catch (...) {
        const Error error = as_error(std::current_exception());
        context.fail(error);
        return exit_code(error.kind());
    }
}

}  // namespace

int run(int argc, char** argv) { return run_program(argc, argv, std::nullopt); }

int run_as_worker(int argc, char** argv) {
    JobOrders orders;
    try {
        orders = JobOrders::from_json(Json::parse(argv[2]));
    } catch (const std::exception&) {  // this program starts itself otherwise
        std::fprintf(stderr, "vernier-cli: unknown command \"%s\". See vernier-cli --help.\n", argv[1]);
        return exit_code(ErrorKind::usage);
    }
    argv[2] = argv[0];
    return run_program(argc - 2, argv + 2, orders);
}

}  // namespace vernier::cli
