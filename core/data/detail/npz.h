// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/tensor.h"

struct zip;  // libzip's archive

namespace vernier {

/// A NumPy .npz file: a zip of .npy arrays, stored or deflated.
class NpzFile {
public:
    /// Throws Error{not_found, bad_data}.
    explicit NpzFile(const std::filesystem::path& path);
    ~NpzFile();
    NpzFile(const NpzFile&) = delete;
    NpzFile& operator=(const NpzFile&) = delete;

    /// Names of the arrays without ".npy", in file order.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] bool has(const std::string& name) const;
    /// Reads and unpacks one array. Throws Error{bad_data}; for an absent one it names those that are there.
    [[nodiscard]] Tensor read(const std::string& name) const;

private:
    struct Close {
        void operator()(struct ::zip* archive) const;
    };
    std::filesystem::path path_;
    std::unique_ptr<struct ::zip, Close> zip_;
    std::vector<std::string> names_;
    std::vector<std::uint64_t> positions_;
};

}  // namespace vernier
