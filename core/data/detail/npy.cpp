// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/npy.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/base/error.h"
#include "core/base/file.h"

namespace vernier {
namespace {

constexpr std::size_t kMaxHeader = 64 * 1024;
constexpr std::size_t kMaxRank = 32;
constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 48;

[[noreturn]] void fail(const std::string& where, const std::string& what, const std::string& remedy = {}) {
    throw Error(ErrorKind::bad_data, what, {.file = where}, remedy);
}

struct DescrRow {
    std::string_view code;
    ElementType type;
};

constexpr std::array<DescrRow, 12> kDescrs = {{
    {"f4", ElementType::float32},
    {"f2", ElementType::float16},
    {"f8", ElementType::float64},
    {"i1", ElementType::int8},
    {"i2", ElementType::int16},
    {"i4", ElementType::int32},
    {"i8", ElementType::int64},
    {"u1", ElementType::uint8},
    {"u2", ElementType::uint16},
    {"u4", ElementType::uint32},
    {"u8", ElementType::uint64},
    {"b1", ElementType::boolean},
}};

/// The text behind `'key':` in the header's Python dictionary, up to the end of the header.
std::string_view value_of(std::string_view header, std::string_view key, const std::string& where) {
    for (const char quote : {'\'', '"'}) {
        const std::string quoted = quote + std::string(key) + quote;
        const auto at = header.find(quoted);
        if (at == std::string_view::npos) continue;
        auto rest = header.substr(at + quoted.size());
        const auto colon = rest.find_first_not_of(' ');
        if (colon == std::string_view::npos || rest[colon] != ':') continue;
        rest.remove_prefix(colon + 1);
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        return rest;
    }
    fail(where, fmt::format("the array header has no '{}'", key));
}

void parse_descr(std::string_view text, NpyHeader& header, const std::string& where) {
    const auto end = text.size() > 1 && (text[0] == '\'' || text[0] == '"') ? text.find(text[0], 1) : std::string_view::npos;
    if (end == std::string_view::npos) fail(where, "the array holds records, not numbers", "Save each field as an array of its own");
    const std::string_view descr = text.substr(1, end - 1);
    if (descr.size() >= 3 && std::string_view("<>|=").find(descr[0]) != std::string_view::npos)
        for (const DescrRow& row : kDescrs)
            if (descr.substr(1) == row.code) header.type = row.type;
    if (header.type == ElementType::undefined)
        fail(where, fmt::format("the array has element type '{}', which is not a number type that models take", descr),
             "Save it as float32, float16 or an integer type");
    header.big_endian = descr[0] == '>';
}

void parse_shape(std::string_view text, NpyHeader& header, const std::string& where) {
    const auto close = text.find(')');
    if (text.empty() || text[0] != '(' || close == std::string_view::npos) fail(where, "the array header has a broken shape");
    std::string_view list = text.substr(1, close - 1);
    while (true) {
        list.remove_prefix(std::min(list.find_first_not_of(" ,"), list.size()));
        if (list.empty()) break;
        std::int64_t dim = -1;
        const auto [stop, error] = std::from_chars(list.data(), list.data() + list.size(), dim);
        if (error != std::errc() || dim < 0 || header.dims.size() == kMaxRank) fail(where, "the array header has a broken shape");
        header.dims.push_back(dim);
        list.remove_prefix(static_cast<std::size_t>(stop - list.data()));
        if (list.starts_with('L')) list.remove_prefix(1);  // Python 2 wrote long integers so
    }
}

void swap_bytes(Tensor& tensor) {
    const std::size_t width = static_cast<std::size_t>(bits(tensor.type)) / 8;
    for (std::size_t at = 0; at + width <= tensor.bytes.size(); at += width)
        std::reverse(tensor.bytes.begin() + static_cast<std::ptrdiff_t>(at), tensor.bytes.begin() + static_cast<std::ptrdiff_t>(at + width));
}

/// Fortran order stores the first axis fastest; models and samples need the last axis fastest.
void to_row_major(Tensor& tensor) {
    const std::size_t width = static_cast<std::size_t>(bits(tensor.type)) / 8;
    const std::size_t rank = tensor.dims.size();
    std::vector<std::size_t> stride(rank), index(rank, 0);
    std::size_t step = 1;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        stride[axis] = step;
        step *= static_cast<std::size_t>(tensor.dims[axis]);
    }
    std::vector<std::byte> out(tensor.bytes.size());
    for (std::size_t to = 0; to < out.size(); to += width) {
        std::size_t from = 0;
        for (std::size_t axis = 0; axis < rank; ++axis) from += index[axis] * stride[axis];
        std::memcpy(out.data() + to, tensor.bytes.data() + from * width, width);
        for (std::size_t axis = rank; axis-- > 0;) {
            if (++index[axis] < static_cast<std::size_t>(tensor.dims[axis])) break;
            index[axis] = 0;
        }
    }
    tensor.bytes = std::move(out);
}

/// Half of the machine's memory: an array that needs more would push everything else out.
std::uint64_t memory_limit() {
    const long pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) / 2 : std::uint64_t{4} << 30;
}

void read_exactly(const ByteReader& read, std::span<std::byte> target, const std::string& where) {
    if (read(target) != target.size()) fail(where, "the array ends before its last element");
}

}  // namespace

NpyHeader parse_npy_header(std::span<const std::byte> bytes, const std::string& where) {
    const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(bytes[i]); };
    if (bytes.size() < 10 || std::memcmp(bytes.data(), "\x93NUMPY", 6) != 0) fail(where, "is not a NumPy array");
    const std::size_t version = byte(6);
    if (version < 1 || version > 3) fail(where, fmt::format("has NumPy format version {}, which is not known", version));
    const std::size_t prefix = version == 1 ? 10 : 12;
    if (bytes.size() < prefix) fail(where, "the array header is cut off");
    std::size_t length = byte(8) | byte(9) << 8;
    if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
    if (length > kMaxHeader || prefix + length > bytes.size()) fail(where, "the array header is cut off");

    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + prefix, length);
    NpyHeader header;
    header.header_bytes = prefix + length;
    parse_descr(value_of(text, "descr", where), header, where);
    const std::string_view fortran = value_of(text, "fortran_order", where);
    header.fortran_order = fortran.starts_with("True");
    if (!header.fortran_order && !fortran.starts_with("False")) fail(where, "the array header has a broken 'fortran_order'");
    parse_shape(value_of(text, "shape", where), header, where);
    const std::uint64_t count = element_count(header.dims);
    if (count > kMaxElements) fail(where, "the array has more elements than any machine can hold");
    header.data_bytes = byte_size(header.type, count);
    return header;
}

Tensor read_npy(const ByteReader& read, std::uint64_t total, const std::string& where) {
    std::vector<std::byte> start(static_cast<std::size_t>(std::min<std::uint64_t>(total, kMaxHeader + 12)));
    read_exactly(read, start, where);
    const NpyHeader header = parse_npy_header(start, where);
    const std::uint64_t has = total - header.header_bytes;
    if (has != header.data_bytes) fail(where, fmt::format("the array should hold {} bytes by its header, but holds {}", header.data_bytes, has));
    if (header.data_bytes > memory_limit())
        fail(where, fmt::format("the array takes {:.1f} GB, more than half of this machine's memory", static_cast<double>(header.data_bytes) / 1e9),
             "Split the data into smaller files");

    Tensor tensor{.type = header.type, .dims = header.dims, .bytes = {}};
    tensor.bytes.resize(static_cast<std::size_t>(header.data_bytes));
    const std::size_t early = start.size() - header.header_bytes;
    std::copy_n(start.begin() + static_cast<std::ptrdiff_t>(header.header_bytes), early, tensor.bytes.begin());
    read_exactly(read, std::span(tensor.bytes).subspan(early), where);
    if (header.big_endian) swap_bytes(tensor);
    if (header.fortran_order && header.dims.size() > 1 && !tensor.bytes.empty()) to_row_major(tensor);
    return tensor;
}

Tensor read_npy_file(const std::filesystem::path& path) {
    const MappedFile file(path);
    std::span<const std::byte> rest = file.bytes();
    const ByteReader read = [&](std::span<std::byte> target) {
        const std::size_t n = std::min(target.size(), rest.size());
        std::copy_n(rest.begin(), n, target.begin());
        rest = rest.subspan(n);
        return n;
    };
    Tensor tensor = read_npy(read, rest.size(), path.string());
    file.check_whole();
    return tensor;
}

}  // namespace vernier
