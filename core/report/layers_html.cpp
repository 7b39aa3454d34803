// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/layers_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/report/format.h"
#include "core/report/page_style.h"
#include "core/report/svg.h"
#include "core/runtime/provider.h"

namespace vernier {
namespace {

constexpr const char* kStyle = R"(h2{margin:24px 0 6px}
td{vertical-align:top}td.text{overflow-wrap:anywhere}
)";

/// Rows that a chart shows.
constexpr std::size_t kCharted = 24;

std::string number(const std::optional<double>& value, int digits = 3) { return significant(value, digits); }

std::string times_html(const Layers& layers) {
    std::vector<const LayerNode*> nodes;
    for (const LayerNode& node : layers.nodes)
        if (node.fp32_ms && node.ms && std::max(*node.fp32_ms, *node.ms) > 0) nodes.push_back(&node);
    std::stable_sort(nodes.begin(), nodes.end(),
                     [](const LayerNode* a, const LayerNode* b) { return std::max(*a->fp32_ms, *a->ms) > std::max(*b->fp32_ms, *b->ms); });
    std::vector<ChangeRow> rows;
    for (std::size_t i = 0; i < std::min(nodes.size(), kCharted); ++i)
        rows.push_back(
            {nodes[i]->name, *nodes[i]->fp32_ms, *nodes[i]->ms, fmt::format("{} → {} ms", significant(*nodes[i]->fp32_ms), significant(*nodes[i]->ms))});
    if (rows.empty()) return {};
    return "<h2>Time of nodes: FP32 (square) → quantized (dot)</h2>" + change_chart(rows, "#009E73", 1128);
}

std::string node_html(const LayerNode& node) {
    const std::string executed = node.fused_into == kNone ? node.executed : fmt::format("{} into #{}", node.executed, node.fused_into);
    return fmt::format(
        "<tr><td>{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td>"
        "<td>{}</td><td>{}</td><td>{}</td><td class=\"text\">{}</td></tr>",
        node.id, escaped(node.name), escaped(node.op), escaped(node.applied), escaped(executed), number(node.fp32_ms), number(node.ms),
        significant(node.conversions_ms), number(node.error_alone, 2), number(node.output_sqnr_db),
        escaped(node.why + (node.why.empty() || node.change.empty() ? "" : " ") + node.change));
}

std::string nodes_html(const Layers& layers) {
    std::string out =
        "<h2>All nodes</h2><table><tr><th>#</th><th class=\"text\">node</th><th class=\"text\">op</th><th class=\"text\">applied</th>"
        "<th class=\"text\">executed</th><th>FP32 ms</th><th>ms</th><th>conversions</th><th>error alone</th><th>SQNR dB</th>"
        "<th class=\"text\">why, and what to do</th></tr>";
    for (const LayerNode& node : layers.nodes) out += node_html(node);
    return out + "</table>";
}

}  // namespace

std::string render_html(const Layers& layers) {
    const std::string title = "Layers of " + std::filesystem::path(layers.model).filename().string();
    std::string out =
        fmt::format("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title><style>{}{}</style></head><body><main><h1>{}</h1>",
                    escaped(title), kPageStyle, kStyle, escaped(title));
    out += fmt::format("<p class=\"sub\">ONNX Runtime {}, {}, {} thread{}{}</p><ul>", escaped(layers.run.library.version), escaped(provider_text(layers.run)),
                       layers.run.threads, layers.run.threads == 1 ? "" : "s", layers.data.empty() ? "" : ", " + escaped(layers.data));
    for (const std::string& sentence : layers.sentences) out += "<li>" + escaped(sentence) + "</li>";
    return out + "</ul>" + times_html(layers) + nodes_html(layers) + "</main></body></html>\n";
}

}  // namespace vernier
