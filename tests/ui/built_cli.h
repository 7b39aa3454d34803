// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <filesystem>
#include <string>

#include "tests/support/paths.h"
#include "ui/session/cli_job.h"

namespace vernier::test {

/// The vernier-cli of this build for the window's jobs, as long as it lives; a program that is named in VERNIER_CLI goes first.
class BuiltCli {
public:
    BuiltCli() {
        const std::string built = binary_dir() + "/bin/vernier-cli";
        mine_ = !qEnvironmentVariableIsSet("VERNIER_CLI") && std::filesystem::exists(built);
        if (mine_) {
            qputenv("VERNIER_CLI", QByteArray::fromStdString(built));
        }
    }
    ~BuiltCli() {
        if (mine_) {
            qunsetenv("VERNIER_CLI");
        }
    }
    BuiltCli(const BuiltCli&) = delete;
    BuiltCli& operator=(const BuiltCli&) = delete;

    [[nodiscard]] bool found() const { return !ui::CliJob::program().isEmpty(); }

private:
    bool mine_ = false;
};

}  // namespace vernier::test
