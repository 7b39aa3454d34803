// SPDX-License-Identifier: GPL-3.0-or-later
#include <cctype>
#include <regex>

#include "core/runtime/detail/ort.h"

namespace vernier::detail {

namespace {

/// Removes "/path/file.cc:123 " and the function signature behind it, which ends with its last balanced ")".
void remove_source_locations(std::string& text) {
    static const std::regex location(R"([^\s:]*/[^\s:]+\.(cc|cpp|h):\d+ )");
    std::smatch match;
    while (std::regex_search(text, match, location)) {
        const auto begin = static_cast<std::size_t>(match.position(0));
        std::size_t end = begin + static_cast<std::size_t>(match.length(0));
        const std::size_t open = text.find('(', end);
        const std::size_t line_end = text.find('\n', end);
        if (open != std::string::npos && (line_end == std::string::npos || open < line_end)) {
            int depth = 0;
            std::size_t at = open;
            for (; at < text.size(); ++at) {
                depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
                if (depth == 0) {
                    break;
                }
            }
            if (at < text.size()) {
                end = at + 1;
                for (const std::string_view tail : {" const", " "}) {
                    if (text.compare(end, tail.size(), tail) == 0) {
                        end += tail.size();
                    }
                }
            }
        }
        text.erase(begin, end - begin);
    }
}

void collapse_spaces(std::string& text) {
    std::string out;
    for (const char c : text) {
        const bool space = std::isspace(static_cast<unsigned char>(c)) != 0;
        if (!space) {
            out.push_back(c);
        } else if (!out.empty() && out.back() != ' ') {
            out.push_back(' ');
        }
    }
    while (!out.empty() && out.back() == ' ') {
        out.pop_back();
    }
    text = std::move(out);
}

}  // namespace

std::string readable_message(std::string_view message) {
    std::string text(message);
    if (const std::size_t trace = text.find("Stacktrace:"); trace != std::string::npos) {
        text.erase(trace);
    }
    static const std::regex status(R"(\[ONNXRuntimeError\] : \d+ : \w+ : )");
    text = std::regex_replace(text, status, "");
    static const std::regex exception(R"(Exception during (initialization|loading): )");
    text = std::regex_replace(text, exception, "");
    static const std::regex loading(R"(^\s*Load model from [^\n]*? failed:)");  // the caller names the file
    text = std::regex_replace(text, loading, "");
    static const std::regex fatal(R"(Fatal error: )");
    text = std::regex_replace(text, fatal, "");
    static const std::regex node(R"(Non-zero status code returned while running (\w+) node\. Name:'([^']*)' Status Message: )");
    text = std::regex_replace(text, node, "the $1 node '$2' failed: ");
    remove_source_locations(text);
    collapse_spaces(text);
    return text.empty() ? "ONNX Runtime gave no reason" : text;
}

}  // namespace vernier::detail
