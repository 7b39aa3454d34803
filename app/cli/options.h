// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace vernier::cli {

struct Globals;

/// Where a command declares what it takes. Values must live as long as the parser.
/// names: "--samples", or "-o,--out". value: what help calls the value, "N".
class OptionSet {
public:
    explicit OptionSet(CLI::App& app) : app_(app) {}
    void argument(const std::string& name, std::string& value, const std::string& help);                 ///< must be given
    void arguments(const std::string& name, std::vector<std::string>& values, const std::string& help);  ///< one or more
    void optional_argument(const std::string& name, std::string& value, const std::string& help);        ///< one or none
    void flag(const std::string& names, bool& value, const std::string& help);
    void text(const std::string& names, std::string& text, const std::string& value, const std::string& help, bool required = false);
    /// May be given several times.
    void list(const std::string& names, std::vector<std::string>& texts, const std::string& value, const std::string& help);
    struct Bounds {
        std::uint64_t least = 0, most = 0;
    };
    /// A whole number within the bounds, which count too.
    void count(const std::string& names, std::optional<std::uint64_t>& number, const std::string& value, const std::string& help, Bounds bounds);
    /// Threads of the runtime: from 1 to what a machine like this one can still run in bearable time.
    void threads(std::optional<std::uint64_t>& number, const std::string& help);
    /// A finite number, above zero, or from zero up when zero is allowed.
    void number(const std::string& names, std::optional<double>& number, const std::string& value, const std::string& help, bool zero);

private:
    CLI::App& app_;
};

/// --json, --events, --ort.
void declare_globals(OptionSet options, Globals& globals);

}  // namespace vernier::cli
