// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <functional>
#include <string>

#include "tests/support/temp_dir.h"
#include "ui/session/session.h"

namespace vernier::test {

/// Lets events run until the condition holds; false when it does not within the time.
bool wait_until(const std::function<bool()>& condition, int milliseconds = 60000);

/// Writes Conv, Relu, Conv, GlobalAveragePool, Flatten, Gemm (ids 0 to 5) as an ONNX file.
std::string write_small_net(const TempDir& folder, const std::string& name = "net.onnx");

/// Writes 16 samples of its input as one array.
std::string write_small_samples(const TempDir& folder);

/// A session on that model; its folder lives as long.
struct SmallSession {
    SmallSession();
    TempDir folder;
    std::string model_path;
    ui::Session session;
    bool opened = false;
};

}  // namespace vernier::test
