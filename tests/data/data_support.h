// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "tests/support/model_builder.h"

namespace vernier::test {

/// A model with one input "x" that it hands on as output "y".
[[nodiscard]] ModelPtr pass_through(ElementType type, const Axes& axes);

/// The bytes of a .npy array; `descr` as in NumPy ("<f4"), `shape` as in Python ("(2, 3)").
[[nodiscard]] std::string npy(const std::string& descr, const std::string& shape, const std::string& data, bool fortran = false);

template <class T>
std::string raw(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Writes a zip of members (name with ".npy", content), deflated or stored.
void write_npz(const std::filesystem::path& path, const std::vector<std::pair<std::string, std::string>>& members, bool deflate = true);

/// A folder of this test's committed pictures.
[[nodiscard]] std::filesystem::path reference(const std::string& name);

/// Runs the call and gives the Error that it throws; fails the test when it throws none.
[[nodiscard]] Error error_of(const std::function<void()>& call);

/// True when a dataset has a finding with this code.
[[nodiscard]] bool has_finding(const Dataset& dataset, const std::string& code);

}  // namespace vernier::test
