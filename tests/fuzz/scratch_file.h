// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace vernier::fuzz {

/// A folder of this process in memory, which is removed at its end.
[[nodiscard]] const std::filesystem::path& scratch_folder();
/// Writes the input to a file of that folder, for readers that take a path.
std::filesystem::path scratch_file(const std::string& name, const std::uint8_t* data, std::size_t size);
/// Runs a reader: the errors that it may throw are those meant for a person.
void expect_error_or_nothing(const std::function<void()>& read);

}  // namespace vernier::fuzz
