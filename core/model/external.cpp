// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/error.h"
#include "core/model/detail/steps.h"

namespace vernier {
namespace fs = std::filesystem;
namespace {

struct Reference {
    std::string location;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;
};

[[noreturn]] void refuse(const Source& source, std::string_view tensor, std::string what, std::string remedy = {}) {
    throw Error(ErrorKind::bad_model, std::move(what), {.file = source.path.string(), .tensor = printable(tensor)}, std::move(remedy));
}

std::uint64_t number(const Source& source, std::string_view tensor, const onnx::StringStringEntryProto& entry) {
    std::uint64_t value = 0;
    const std::string& text = entry.value();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        refuse(source, tensor, fmt::format("its external data has the {} '{}', which is not a size", entry.key(), printable(text)));
    return value;
}

Reference read_reference(const Source& source, const onnx::TensorProto& proto, std::string_view tensor) {
    Reference reference;
    for (const onnx::StringStringEntryProto& entry : proto.external_data()) {
        if (entry.key() == "location") reference.location = entry.value();
        if (entry.key() == "offset") reference.offset = number(source, tensor, entry);
        if (entry.key() == "length") reference.length = number(source, tensor, entry);
    }
    return reference;
}

/// The file that a location names, if it lies inside the model's folder, links followed.
fs::path inside_folder(const Source& source, std::string_view tensor, const std::string& location) {
    if (location.empty()) refuse(source, tensor, "its external data names no file");
    const fs::path relative(location);
    const bool climbs = std::any_of(relative.begin(), relative.end(), [](const fs::path& part) { return part == ".."; });
    if (location.find('\0') != std::string::npos || relative.is_absolute() || climbs)
        refuse(source, tensor, fmt::format("its external data '{}' is outside the model's folder", printable(location)), "Keep the data file beside the model");
    std::error_code error;
    const fs::path base = fs::weakly_canonical(source.folder.empty() ? fs::path(".") : source.folder, error);
    const fs::path target = error ? fs::path() : fs::weakly_canonical(base / relative, error);
    if (error) refuse(source, tensor, fmt::format("its external data '{}' cannot be reached", printable(location)));
    const auto [end, rest] = std::mismatch(base.begin(), base.end(), target.begin(), target.end());
    if (end != base.end() && !(std::next(end) == base.end() && end->empty()))
        refuse(source, tensor, fmt::format("its external data '{}' leads outside the model's folder", printable(location)),
               "Keep the data file itself, not a link, beside the model");
    return target;
}

const MappedFile& map(Source& source, std::string_view tensor, const fs::path& path, const std::string& location) {
    auto& slot = source.external[path.string()];
    if (slot) return *slot;
    try {
        slot = std::make_unique<MappedFile>(path);
    } catch (const Error& error) {
        source.external.erase(path.string());
        refuse(source, tensor,
               error.kind() == ErrorKind::not_found ? fmt::format("its external data file '{}' is missing", printable(location))
                                                    : fmt::format("its external data file '{}' {}", printable(location), error.what()),
               "Put the data file that belongs to the model beside it");
    }
    return *slot;
}

}  // namespace

std::span<const std::byte> map_external(Source& source, const onnx::TensorProto& tensor, std::string_view name, std::uint64_t size) {
    const Reference reference = read_reference(source, tensor, name);
    const fs::path path = inside_folder(source, name, reference.location);
    const std::span<const std::byte> bytes = map(source, name, path, reference.location).bytes();
    if (reference.length && *reference.length != size)
        refuse(source, name, fmt::format("its external data has {} bytes; its shape and type need {}", *reference.length, size));
    if (reference.offset > bytes.size() || size > bytes.size() - reference.offset)
        refuse(source, name,
               fmt::format("its external data ends at byte {} of '{}', which has {}", reference.offset + size, printable(reference.location), bytes.size()),
               "The data file is cut short or belongs to another model");
    return bytes.subspan(reference.offset, size);
}

}  // namespace vernier
