// SPDX-License-Identifier: GPL-3.0-or-later
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/quant/detail/selector_term.h"
#include "core/quant/near_names.h"

namespace vernier::detail {
namespace {

using Term = Selector::Term;
using TermPtr = std::shared_ptr<const Term>;
using Kind = Term::Kind;

/// Nesting of parentheses, not, up: and down: that is followed; deeper is an error, not a full stack.
constexpr int kDeepest = 100;

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool ends_word(char c) { return is_space(c) || c == '(' || c == ')' || c == '"' || c == ','; }
bool is_comparison(char c) { return c == '<' || c == '>' || c == '='; }

template <class Names>
std::vector<std::string> texts(const Names& names) {
    return {names.begin(), names.end()};
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    TermPtr whole() {
        skip_spaces();
        if (at_end()) fail(at_, "the selector is empty", "write all for every node");
        TermPtr term = either();
        if (!at_end()) fail(at_, text_[at_] == ')' ? "there is no ( for this )" : "nothing more was expected here");
        return term;
    }

private:
    [[noreturn]] void fail(std::size_t at, std::string_view what, const std::string& remedy = {}) const { throw SelectorError(text_, at + 1, what, remedy); }

    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
    void skip_spaces() {
        while (!at_end() && is_space(text_[at_])) ++at_;
    }

    /// True, and moves on, when the next word is this keyword.
    bool take_keyword(std::string_view keyword) {
        skip_spaces();
        if (text_.substr(at_, keyword.size()) != keyword) return false;
        const std::size_t end = at_ + keyword.size();
        if (end < text_.size() && !ends_word(text_[end])) return false;
        at_ = end;
        return true;
    }

    static TermPtr joined(Kind kind, std::vector<TermPtr> parts) {
        if (parts.size() == 1) return parts.front();
        Term term;
        term.kind = kind;
        term.parts = std::move(parts);
        return std::make_shared<const Term>(std::move(term));
    }

    TermPtr either() {
        std::vector<TermPtr> parts = {both()};
        while (take_keyword("or")) parts.push_back(both());
        return joined(Kind::either, std::move(parts));
    }

    TermPtr both() {
        std::vector<TermPtr> parts = {unary()};
        for (;;) {
            const std::size_t before = at_;
            if (take_keyword("and")) {
                parts.push_back(unary());
                continue;
            }
            if (take_keyword("or")) {
                at_ = before;
                break;
            }
            skip_spaces();
            if (at_end() || peek() == ')') break;
            parts.push_back(unary());  // side by side means "and"
        }
        return joined(Kind::both, std::move(parts));
    }

    TermPtr unary() {
        if (++depth_ > kDeepest) fail(at_, "nested too deep");
        skip_spaces();
        TermPtr term;
        if (take_keyword("not"))
            term = joined_always(Kind::negation, unary());
        else
            term = primary();
        --depth_;
        return term;
    }

    static TermPtr joined_always(Kind kind, TermPtr part) {
        Term term;
        term.kind = kind;
        term.parts.push_back(std::move(part));
        return std::make_shared<const Term>(std::move(term));
    }

    TermPtr primary() {
        skip_spaces();
        if (at_end()) fail(at_, "a term is missing at the end");
        const std::size_t start = at_;
        if (peek() == '(') {
            ++at_;
            TermPtr term = either();
            skip_spaces();
            if (peek() != ')') fail(start, "this ( is never closed");
            ++at_;
            return term;
        }
        if (peek() == ')') fail(at_, "a term is missing before this )");
        if (peek() == '#') return ids();
        if (peek() == '"') return word(quoted());
        std::size_t end = at_;
        while (end < text_.size() && !ends_word(text_[end]) && text_[end] != ':' && !is_comparison(text_[end])) ++end;
        const std::string_view head = text_.substr(at_, end - at_);
        if (end < text_.size() && text_[end] == ':') {
            at_ = end + 1;
            return keyed(head, start);
        }
        at_ = end;
        return bare(head, start);
    }

    TermPtr bare(std::string_view head, std::size_t start) {
        const std::size_t end = at_;
        skip_spaces();
        if (is_comparison(peek())) return quantity(head, start);
        at_ = end;
        if (head.empty()) fail(start, "a name, op:, #id or ( was expected here");
        if (head == "and" || head == "or") fail(start, fmt::format("a term is missing before {}", head));
        Term term;
        if (head == "all" || head == "depthwise") {
            term.kind = head == "all" ? Kind::all : Kind::depthwise;
            return std::make_shared<const Term>(std::move(term));
        }
        return word(std::string(head));
    }

    static TermPtr word(std::string text) {
        Term term;
        term.kind = Kind::word;
        term.patterns.push_back(std::move(text));
        return std::make_shared<const Term>(std::move(term));
    }

    TermPtr keyed(std::string_view key, std::size_t start) {
        Term term;
        if (key == "up" || key == "down") return joined_always(key == "up" ? Kind::up : Kind::down, unary());
        if (key == "method") return method();
        if (key == "op")
            term.kind = Kind::op;
        else if (key == "name")
            term.kind = Kind::name;
        else if (key == "block")
            term.kind = Kind::block;
        else
            unknown_key(key, start);
        do {
            const std::size_t value_at = at_;
            std::string value = peek() == '"' ? quoted() : plain_value();
            if (value.empty()) fail(value_at, fmt::format("{}: needs a value", key));
            term.patterns.push_back(std::move(value));
        } while (take_comma());
        return std::make_shared<const Term>(std::move(term));
    }

    [[noreturn]] void unknown_key(std::string_view key, std::size_t start) const {
        std::string remedy = did_you_mean(near_names(key, texts(kSelectorKeys)));
        if (remedy.empty()) remedy = fmt::format("Known keys are {}; a name with a colon goes in quotes", fmt::join(kSelectorKeys, ", "));
        fail(start, fmt::format("unknown key '{}:'", key), remedy);
    }

    TermPtr method() {
        const std::size_t start = at_;
        const std::string value = peek() == '"' ? quoted() : plain_value();
        const auto found = method_from_id(value);
        if (!found) {
            std::vector<std::string> known;
            for (const MethodSpec& candidate : methods()) known.emplace_back(candidate.id);
            std::string remedy = did_you_mean(near_names(value, known));
            if (remedy.empty()) remedy = fmt::format("Known methods are {}", fmt::join(known, ", "));
            fail(start, fmt::format("unknown method '{}'", value), remedy);
        }
        Term term;
        term.kind = Kind::method;
        term.method = *found;
        return std::make_shared<const Term>(std::move(term));
    }

    TermPtr ids() {
        const std::size_t start = at_++;
        Term term;
        term.kind = Kind::ids;
        term.first = number(start);
        term.last = term.first;
        if (text_.substr(at_, 2) == "..") {
            at_ += 2;
            if (peek() == '#') ++at_;
            term.last = number(start);
            if (term.last < term.first) fail(start, fmt::format("#{}..{} runs backwards", term.first, term.last));
        }
        if (!at_end() && !ends_word(peek())) fail(at_, "a node id is #12 or #3..9");
        return std::make_shared<const Term>(std::move(term));
    }

    NodeId number(std::size_t start) {
        NodeId value = 0;
        const char* begin = text_.data() + at_;
        const char* end = text_.data() + text_.size();
        const auto result = at_end() || !is_digit(peek()) ? std::from_chars_result{begin, std::errc::invalid_argument} : std::from_chars(begin, end, value);
        if (result.ec == std::errc::result_out_of_range) fail(start, "this node id is too large");
        if (result.ec != std::errc{}) fail(at_, "a number was expected here: #12 or #3..9");
        at_ += static_cast<std::size_t>(result.ptr - begin);
        return value;
    }

    TermPtr quantity(std::string_view head, std::size_t start) {
        Term term;
        if (head == "weight")
            term.kind = Kind::weight;
        else if (head == "macs")
            term.kind = Kind::macs;
        else if (head == "params")
            term.kind = Kind::params;
        else {
            std::string remedy = did_you_mean(near_names(head, texts(kSelectorQuantities)));
            if (remedy.empty()) remedy = fmt::format("Known quantities are {}", fmt::join(kSelectorQuantities, ", "));
            fail(start, fmt::format("unknown quantity '{}'", head), remedy);
        }
        term.compare = comparison();
        skip_spaces();
        term.amount = amount(term.kind == Kind::weight);
        return std::make_shared<const Term>(std::move(term));
    }

    Term::Compare comparison() {
        const char sign = text_[at_++];
        const bool equal = peek() == '=';
        if (equal) ++at_;
        if (sign == '<') return equal ? Term::Compare::less_equal : Term::Compare::less;
        if (sign == '>') return equal ? Term::Compare::greater_equal : Term::Compare::greater;
        return Term::Compare::equal;
    }

    /// "1.5M", and for bytes "1MB", "64KiB". k = 1000, KiB = 1024.
    double amount(bool bytes) {
        const std::size_t start = at_;
        double value = 0;
        const char* begin = text_.data() + at_;
        const auto result = std::from_chars(begin, text_.data() + text_.size(), value, std::chars_format::fixed);
        if (result.ec != std::errc{} || !std::isfinite(value) || value < 0)
            fail(start, bytes ? "a size was expected here: 64KB, 1.5MB" : "a count was expected here: 10k, 1.5M");
        at_ += static_cast<std::size_t>(result.ptr - begin);
        const std::size_t unit_at = at_;
        while (!at_end() && !ends_word(peek())) ++at_;
        return value * unit(text_.substr(unit_at, at_ - unit_at), unit_at, bytes);
    }

    double unit(std::string_view text, std::size_t at, bool bytes) const {
        std::string low = lower(text);
        if (bytes && !low.empty() && low.back() == 'b') low.pop_back();
        static constexpr std::array<std::pair<std::string_view, double>, 8> kUnits = {
            {{"", 1.0}, {"k", 1e3}, {"m", 1e6}, {"g", 1e9}, {"t", 1e12}, {"ki", 1024.0}, {"mi", 1048576.0}, {"gi", 1073741824.0}}};
        for (const auto& [name, factor] : kUnits)
            if (name == low) return factor;
        fail(at, fmt::format("unknown unit '{}'", text), bytes ? "Known units are B, KB, MB, GB, KiB, MiB, GiB" : "Known units are k, M, G, T");
    }

    std::string plain_value() {
        const std::size_t start = at_;
        while (!at_end() && !ends_word(peek())) ++at_;
        return std::string(text_.substr(start, at_ - start));
    }

    bool take_comma() {
        if (peek() != ',') return false;
        ++at_;
        return true;
    }

    /// Text in double quotes; \" and \\ stand for " and \.
    std::string quoted() {
        const std::size_t start = at_++;
        std::string value;
        for (; !at_end(); ++at_) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return value;
            }
            if (c == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\')) ++at_;
            value += text_[at_];
        }
        fail(start, "this \" is never closed");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

std::shared_ptr<const Selector::Term> parse_selector(std::string_view text) {
    // A recipe is JSON, which holds text only.
    if (!valid_utf8(text)) throw Error(ErrorKind::usage, "a selector holds bytes that are no text (UTF-8)", {}, "Write * or ? in their place");
    return Parser(text).whole();
}

}  // namespace vernier::detail
