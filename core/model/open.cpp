// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <sys/mman.h>

#include <algorithm>
#include <limits>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/damage.h"
#include "core/model/detail/parts.h"
#include "core/model/detail/steps.h"
#include "core/model/sizes.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

constexpr int kMaxNesting = 200;  // messages in messages; a graph in a graph takes three

/// What a file that is not a model probably is.
std::string guess(std::string_view head) {
    if (head.starts_with("version https://git-lfs")) return "it is a Git LFS pointer; fetch the file with 'git lfs pull'";
    if (head.starts_with("PK\x03\x04")) return "it is a zip archive, perhaps a PyTorch checkpoint; export it to ONNX first";
    if (head.starts_with("<!DOCTYPE") || head.starts_with("<html")) return "it is a web page; download the file itself";
    if (head.starts_with("\x89PNG") || head.starts_with("\xFF\xD8\xFF")) return "it is a picture";
    if (head.starts_with("{") && valid_utf8(head)) return "it is JSON text";
    return "check that it is a whole ONNX file (it may be cut short, damaged or nested too deeply)";
}

[[noreturn]] void refuse(const fs::path& path, std::string what, std::string remedy) {
    if (!remedy.empty()) remedy[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(remedy[0])));
    throw Error(ErrorKind::bad_model, std::move(what), {.file = path.string()}, std::move(remedy));
}

}  // namespace

bool parse_proto(std::span<const std::byte> bytes, onnx::ModelProto& proto) {
    google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
    stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
    stream.SetRecursionLimit(kMaxNesting);
    return proto.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

namespace {

void parse(Source& source) {
    const std::span<const std::byte> bytes = source.file->bytes();
    if (bytes.empty()) refuse(source.path, "is empty", "check that it was written or copied whole");
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        refuse(source.path, "is larger than 2 GB, which no ONNX file may be", "export it with external data");
    const bool is_model = parse_proto(bytes, source.proto);
    if (!source.file->is_unchanged()) refuse(source.path, "was changed by another program while it was read", "try again when it is written whole");
    if (is_model) {
        // The proto holds the bytes now; the mapping stays only to be hashed, so its pages need no memory.
        ::madvise(const_cast<std::byte*>(bytes.data()), bytes.size(), MADV_DONTNEED);
        return;
    }
    const std::string_view head(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 64));
    refuse(source.path, "cannot be read as an ONNX model", guess(head));
}

void fill_producer(Source& source) {
    source.producer = one_line(fmt::format("{} {}", printable(source.proto.producer_name(), 80), printable(source.proto.producer_version(), 40)));
}

Error in_file(const Error& error, const std::string& file) {
    if (!error.where().file.empty() || file.empty()) return error;
    Where where = error.where();
    where.file = file;
    return {error.kind(), error.what(), where, error.remedy()};
}

enum class Purpose { work, look };

bool has_open_axes(const Model::Parts& parts) {
    return std::any_of(parts.inputs.begin(), parts.inputs.end(), [&](ValueId id) {
        const ValueType& type = parts.values[static_cast<std::size_t>(id)].type;
        return std::any_of(type.dims.begin(), type.dims.end(), [](const Dim& dim) { return dim.value < 0; }) ||
               (!type.has_shape && type.element != ElementType::undefined);
    });
}

/// onnx's checker and shape inference, which take sound models only.
void check_and_infer(Model::Parts& parts, const Job& job) {
    job.step("check", 2, 4);
    if (!parts.damage) check_counts(parts);
    if (parts.damage) return;
    onnx::ModelProto scratch = scratch_copy(parts);
    leave_out_functions_of_other_opsets(scratch);
    check_model_rules(parts, scratch);
    if (parts.damage) return;
    job.step("shapes", 3, 4);
    if (has_open_axes(parts)) parts.scratch = std::make_shared<const onnx::ModelProto>(scratch);
    infer_types(parts, scratch);
    check_axes(parts);
    if (parts.damage) parts.scratch = nullptr;
}

/// A model whose inputs have open axes gets the sizes that they count as.
ModelPtr sized(std::unique_ptr<Model::Parts> parts) {
    Model::Parts& inner = *parts;
    ModelPtr model = std::make_shared<const Model>(std::move(parts));
    if (inner.scratch == nullptr) return model;
    inner.sizes = input_sizes(*model, {});
    infer_sizes(inner);
    return model;
}

ModelPtr finish(std::unique_ptr<Model::Parts> parts, Purpose purpose, const Job& job) {
    const std::string file = parts->source->path.string();
    const auto refuse_damage = [&] {
        if (purpose == Purpose::work && parts->damage) throw Error(*parts->damage);
    };
    try {
        check_bounds(*parts);
        refuse_damage();
        if (!parts->damage) inline_functions(*parts);
        if (!parts->damage) make_sparse_dense(*parts);
        job.step("index", 1, 4);
        build_index(*parts);
        refuse_damage();
        check_and_infer(*parts, job);
        refuse_damage();
        count_parameters(*parts);
        count_macs(*parts);
        find_oddities(*parts);
        fill_producer(*parts->source);
        job.step("open", 4, 4);
    } catch (const Error& error) {
        throw in_file(error, file);
    }
    if (parts->damage) parts->damage = in_file(*parts->damage, file);
    return sized(std::move(parts));
}

}  // namespace

void note_damage(Model::Parts& parts, const Error& error) {
    constexpr std::size_t kMostTold = 20;  // a file in which nothing fits says so often enough
    if (!parts.damage) parts.damage = error;
    if (parts.findings.size() >= kMostTold) return;
    std::string text = error.what();
    if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    parts.findings.push_back(
        {Severity::serious, "damaged", kNone, error.where().node, error.where().tensor, text + ".",
         error.remedy().empty() ? "View only: it can be neither quantized nor measured" : error.remedy() + "; until then it is view only"});
}

namespace {

ModelPtr open_for(Purpose purpose, const fs::path& path, const Job& job) {
    job.step("read", 0, 4);
    auto parts = std::make_unique<Model::Parts>();
    Source& source = *parts->source;
    source.path = path;
    source.folder = path.parent_path();
    try {
        source.file = std::make_unique<MappedFile>(path);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found) throw;
        throw Error(ErrorKind::bad_model, error.what(), error.where(), error.remedy());
    }
    parse(source);
    return finish(std::move(parts), purpose, job);
}

}  // namespace

ModelPtr open_model(const fs::path& path, const Job& job) { return open_for(Purpose::work, path, job); }

ModelPtr open_to_look(const fs::path& path, const Job& job) { return open_for(Purpose::look, path, job); }

const std::optional<Error>& damage_of(const Model& model) { return model.parts().damage; }

ModelPtr make_model(onnx::ModelProto proto, fs::path folder, const Job& job) {
    auto parts = std::make_unique<Model::Parts>();
    parts->source->proto = std::move(proto);
    parts->source->folder = std::move(folder);
    return finish(std::move(parts), Purpose::work, job);
}

}  // namespace vernier
