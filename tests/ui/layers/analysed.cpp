// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/layers/analysed.h"

#include <QFile>

#include <utility>
#include <vector>

#include "core/base/file.h"
#include "ui/session/layer_study.h"
#include "ui/session/queue.h"

namespace vernier::test {

namespace {

LayerNode node(NodeId id, const char* name, const char* op, double fp32_ms, double ms) {
    LayerNode node;
    node.id = id;
    node.name = name;
    node.op = op;
    node.chosen = node.applied = "int8-static";
    node.executed = "int8";
    node.fp32_ms = fp32_ms;
    node.ms = ms;
    return node;
}

LayerRegion region(int id, std::vector<NodeId> nodes, double share, double fp32_ms, double int8_ms) {
    LayerRegion region;
    region.id = id;
    region.core = nodes.front();
    region.nodes = std::move(nodes);
    region.error_alone = share * 0.01;
    region.error_share = share;
    region.fp32_ms = fp32_ms;
    region.int8_ms = int8_ms;
    return region;
}

}  // namespace

Layers small_layers() {
    Layers layers;
    layers.model = "net.onnx";
    layers.method = "int8-static";
    layers.nodes = {node(0, "first", "Conv", 0.4, 0.2),   node(1, "act", "Relu", 0.1, 0.0),
                    node(2, "second", "Conv", 0.3, 0.1),  node(3, "pool", "GlobalAveragePool", 0.1, 0.1),
                    node(4, "flat", "Flatten", 0.0, 0.0), node(5, "head", "Gemm", 0.1, 0.2)};
    layers.nodes[1].executed = "fused";
    layers.nodes[1].fused_into = 0;
    layers.nodes[5].executed = "float";
    layers.nodes[5].why = "It runs in float between conversions.";
    layers.nodes[5].change = "Keep it in FP32.";
    const double sqnr[] = {40, 39, 12.4, 13, 13, 11};
    for (std::size_t i = 0; i < layers.nodes.size(); ++i) {
        layers.nodes[i].output_sqnr_db = sqnr[i];
    }
    layers.regions = {region(0, {0, 1}, 0.1, 0.5, 0.2), region(1, {2}, 0.6, 0.3, 0.1), region(2, {5}, 0.3, 0.1, 0.2)};
    for (const LayerRegion& each : layers.regions) {
        for (const NodeId id : each.nodes) {
            layers.nodes[static_cast<std::size_t>(id)].region = each.id;
        }
    }
    layers.sentences = {"1 of 3 regions carries 60 % of the error.", "The head gains nothing in INT8."};
    layers.first_divergence = Divergence{2, "second", 1, "c", 12.4, "The models part at second."};
    layers.fp32.p50_ms = 1.0;
    layers.quantized.p50_ms = 0.6;
    layers.error_all = 0.02;
    return layers;
}

ScriptedCli::ScriptedCli(const TempDir& folder, const std::string& body) {
    const auto path =
        folder.write("scripted-cli", "#!/bin/sh\n[ \"$1\" = inspect ] && exit 70\necho \"$@\" >> '" + (folder / "words.txt").string() + "'\n" + body + "\n");
    QFile::setPermissions(QString::fromStdString(path.string()), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    qputenv("VERNIER_CLI", QByteArray::fromStdString(path.string()));
}

ScriptedCli::~ScriptedCli() { qunsetenv("VERNIER_CLI"); }

std::string gives(const TempDir& folder, const Json& document) { return "cat '" + folder.write("document.json", document.dump()).string() + "'"; }

bool open_samples(SmallSession& small) {
    small.session.setDataset(QString::fromStdString(write_small_samples(small.folder)));
    return wait_until([&] { return !small.session.document().datasetBusy(); }) && small.session.dataset() != nullptr;
}

bool analyse(SmallSession& small, const Json& document) {
    if (!open_samples(small)) {
        return false;
    }
    const ScriptedCli cli(small.folder, gives(small.folder, document));
    small.session.layers().analyse();
    return wait_until([&] { return !small.session.layers().busy() && !small.session.queue().busy(); }) && small.session.layers().layers() != nullptr;
}

}  // namespace vernier::test
