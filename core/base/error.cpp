// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace vernier {
namespace {

struct KindRow {
    ErrorKind kind;
    std::string_view name;
    int exit_code;
};

constexpr std::array kKinds = {
    KindRow{ErrorKind::usage, "usage", 64},
    KindRow{ErrorKind::bad_model, "bad-model", 65},
    KindRow{ErrorKind::bad_data, "bad-data", 65},
    KindRow{ErrorKind::not_found, "not-found", 66},
    KindRow{ErrorKind::runtime_missing, "runtime-missing", 69},
    KindRow{ErrorKind::internal, "internal", 70},
    KindRow{ErrorKind::cannot_write, "cannot-write", 74},
    KindRow{ErrorKind::cancelled, "cancelled", 130},
};

const KindRow& row(ErrorKind kind) {
    for (const KindRow& candidate : kKinds)
        if (candidate.kind == kind) return candidate;
    return kKinds[5];
}

/// what() is read up to the first NUL, which a hostile file may bring into a name.
std::string without_nul(std::string text) {
    std::replace(text.begin(), text.end(), '\0', '?');
    return text;
}

}  // namespace

int exit_code(ErrorKind kind) { return row(kind).exit_code; }
std::string_view name(ErrorKind kind) { return row(kind).name; }

Error::Error(ErrorKind kind, std::string what, Where where, std::string remedy)
    : std::runtime_error(without_nul(std::move(what))), kind_(kind), where_(std::move(where)), remedy_(std::move(remedy)) {}

std::string Error::line() const {
    std::string text;
    if (!where_.file.empty()) text += where_.file + ": ";
    text += what();
    if (!where_.node.empty()) text += " (node " + where_.node + ")";
    if (!where_.tensor.empty()) text += " (tensor " + where_.tensor + ")";
    if (remedy_.empty()) return text;
    const bool ended = !text.empty() && (text.back() == '.' || text.back() == '?' || text.back() == '!');
    text += ended ? " " : ". ";
    text += static_cast<char>(std::toupper(static_cast<unsigned char>(remedy_.front())));
    return text + remedy_.substr(1);
}

}  // namespace vernier
