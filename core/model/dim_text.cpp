// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/dim_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace vernier {
namespace {

constexpr std::size_t kShortName = 8;
constexpr int kDeepest = 64;

bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == ':'; }

/// The sums, products, floors and ceilings that shape inference writes, computed for one value of every name in them.
class Expression {
public:
    explicit Expression(std::string_view text) : text_(text) {}

    /// Nothing when it is no such expression.
    std::optional<double> at(double value) {
        at_ = 0;
        value_ = value;
        good_ = true;
        const double result = sum(0);
        return good_ && peek() == '\0' ? std::optional(result) : std::nullopt;
    }
    [[nodiscard]] const std::map<std::string, int>& names() const { return names_; }

private:
    char peek() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool take(char c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    double sum(int depth) {
        double result = product(depth);
        while (good_) {
            if (take('+'))
                result += product(depth);
            else if (take('-'))
                result -= product(depth);
            else
                break;
        }
        return result;
    }
    double product(int depth) {
        double result = factor(depth);
        while (good_) {
            if (take('*'))
                result *= factor(depth);
            else if (take('/'))
                result /= factor(depth);
            else
                break;
        }
        return result;
    }
    double factor(int depth) {
        if (depth > kDeepest) return fail();
        if (take('-')) return -factor(depth + 1);
        if (take('(')) {
            const double inner = sum(depth + 1);
            return take(')') ? inner : fail();
        }
        if (!is_name_char(peek())) return fail();
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
        const std::string word(text_.substr(begin, at_ - begin));
        if (std::isdigit(static_cast<unsigned char>(word.front())) != 0) return std::strtod(word.c_str(), nullptr);
        if (take('(')) {
            const double inner = sum(depth + 1);
            if (!take(')')) return fail();
            if (word == "floor") return std::floor(inner);
            return word == "ceil" || word == "ceiling" ? std::ceil(inner) : fail();
        }
        ++names_[word];
        return value_;
    }
    double fail() {
        good_ = false;
        return 0;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    double value_ = 0;
    bool good_ = true;
    std::map<std::string, int> names_;
};

std::string short_name(const std::string& name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kLetters = {{{"height", "H"},
                                                                                               {"width", "W"},
                                                                                               {"batch", "N"},
                                                                                               {"batch_size", "N"},
                                                                                               {"sequence", "T"},
                                                                                               {"sequence_length", "T"},
                                                                                               {"seq_len", "T"},
                                                                                               {"seq_length", "T"}}};
    for (const auto& [whole, letter] : kLetters)
        if (name == whole) return std::string(letter);
    return name.size() <= kShortName && std::all_of(name.begin(), name.end(), is_name_char) ? name : std::string();
}

/// The line that an expression of one name follows for large values, as "2*H", "H/4", "T+2".
std::string short_line(Expression& expression, const std::string& name) {
    constexpr double kLarge = 720720.0 * 64;  // divided by whole numbers up to 15, and by powers of two, it stays whole
    const auto first = expression.at(kLarge), second = expression.at(2 * kLarge), third = expression.at(3 * kLarge);
    if (!first || !second || !third || !std::isfinite(*third)) return {};
    if (!(std::abs((*third - *second) - (*second - *first)) < 2)) return {};  // no line, such as height*height
    const double slope = (*second - *first) / kLarge, offset = *first - slope * kLarge;
    std::string text = name;
    if (const double times = std::round(slope); times >= 1 && std::abs(slope - times) < 1e-6)
        text = times == 1 ? name : std::to_string(static_cast<long long>(times)) + "*" + name;
    else if (const double over = slope > 0 ? std::round(1 / slope) : 0; over >= 2 && std::abs(1 / slope - over) < 1e-4)
        text = name + "/" + std::to_string(static_cast<long long>(over));
    else
        return {};
    const double whole = std::round(offset);
    const bool rounding = text != name && std::abs(offset) <= 1.5;
    if (rounding || whole == 0) return text;
    return text + (whole > 0 ? "+" : "") + std::to_string(static_cast<long long>(whole));
}

}  // namespace

std::string short_dim(const Dim& dim) {
    if (dim.value >= 0) return std::to_string(dim.value);
    if (dim.name.empty()) return "?";
    const std::string as_it_is = dim.name.size() <= kShortName ? dim.name : "?";
    if (dim.name.find_first_of("+-*/(") == std::string::npos) {
        const std::string name = short_name(dim.name);
        return name.empty() ? "?" : name;
    }
    Expression expression(dim.name);
    if (!expression.at(1) || expression.names().size() != 1) return as_it_is;
    const std::string name = short_name(expression.names().begin()->first);
    const std::string line = name.empty() ? std::string() : short_line(expression, name);
    return line.empty() ? as_it_is : line;
}

std::string short_text(const ValueType& type) {
    if (!type.has_shape) return type.text();
    std::string text(name(type.element));
    text += '[';
    for (std::size_t i = 0; i < type.dims.size(); ++i) {
        if (i > 0) text += ',';
        text += short_dim(type.dims[i]);
    }
    return text + ']';
}

}  // namespace vernier
