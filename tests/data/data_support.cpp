// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/data/data_support.h"
#include "tests/support/paths.h"

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <zip.h>

#include <algorithm>
#include <stdexcept>

namespace vernier::test {

ModelPtr pass_through(ElementType type, const Axes& axes) {
    ModelBuilder builder;
    builder.input("x", type, axes).node("Identity", {"x"}, {"y"}).output("y", type, axes);
    return make_model(builder.build());
}

std::string npy(const std::string& descr, const std::string& shape, const std::string& data, bool fortran) {
    std::string header = "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
    header.resize((header.size() + 11 + 63) / 64 * 64 - 10 - 1, ' ');
    header += '\n';
    std::string out("\x93NUMPY\x01\x00", 8);
    out += static_cast<char>(header.size() & 0xFF);
    out += static_cast<char>(header.size() >> 8);
    return out + header + data;
}

void write_npz(const std::filesystem::path& path, const std::vector<std::pair<std::string, std::string>>& members, bool deflate) {
    int code = 0;
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (archive == nullptr) throw std::runtime_error("cannot create " + path.string());
    for (const auto& [name, content] : members) {
        zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
        const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
        if (index < 0) throw std::runtime_error("cannot add " + name);
        zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    }
    if (zip_close(archive) != 0) throw std::runtime_error("cannot write " + path.string());
}

std::filesystem::path reference(const std::string& name) { return std::filesystem::path(test::source_dir()) / "tests" / "data" / "reference" / name; }

Error error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "no error was thrown";
    return {ErrorKind::internal, "no error was thrown"};
}

bool has_finding(const Dataset& dataset, const std::string& code) {
    const auto& all = dataset.findings();
    return std::any_of(all.begin(), all.end(), [&](const Finding& finding) { return finding.code == code; });
}

}  // namespace vernier::test
