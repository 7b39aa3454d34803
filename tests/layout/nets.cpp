// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/layout/nets.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {

namespace {

int add(layered::Net& net) { return net.cards++; }

void link(layered::Net& net, int from, std::vector<int> to) { net.links.push_back({static_cast<int>(net.links.size()), from, std::move(to)}); }

struct Shared {
    int card = 0;
    std::vector<int> readers;
};

/// One block; returns its last card.
int add_block(layered::Net& net, int before, Shared& mask, Shared& cosine, Shared& sine, Shared& shape) {
    const int norm = add(net), query = add(net), key = add(net), value = add(net), query_turn = add(net), key_turn = add(net);
    const int scores = add(net), masked = add(net), softmax = add(net), mixed = add(net), reshape = add(net), out = add(net);
    const int sum = add(net), norm2 = add(net), up = add(net), gate = add(net), product = add(net), down = add(net), sum2 = add(net);
    link(net, before, {norm, sum});
    link(net, norm, {query, key, value});
    link(net, query, {query_turn});
    link(net, key, {key_turn});
    link(net, query_turn, {scores});
    link(net, key_turn, {scores});
    link(net, scores, {masked});
    link(net, masked, {softmax});
    link(net, softmax, {mixed});
    link(net, value, {mixed});
    link(net, mixed, {reshape});
    link(net, reshape, {out});
    link(net, out, {sum});
    link(net, sum, {norm2, sum2});
    link(net, norm2, {up, gate});
    link(net, up, {product});
    link(net, gate, {product});
    link(net, product, {down});
    link(net, down, {sum2});
    mask.readers.push_back(masked);
    shape.readers.push_back(reshape);
    for (Shared* turn : {&cosine, &sine}) {
        turn->readers.insert(turn->readers.end(), {query_turn, key_turn});
    }
    return sum2;
}

}  // namespace

layered::Net residual_net(int count) {
    layered::Net net;
    int last = add(net);
    while (net.cards < count) {
        const int first = add(net), left = add(net), right = add(net), right2 = add(net), concat = add(net), sum = add(net);
        link(net, last, {first, sum});
        link(net, first, {left, right, concat});
        link(net, left, {concat});
        link(net, right, {right2});
        link(net, right2, {concat});
        link(net, concat, {sum});
        last = sum;
    }
    return net;
}

layered::Net transformer_net(int count) {
    layered::Net net;
    Shared mask{add(net), {}}, cosine{add(net), {}}, sine{add(net), {}}, shape{add(net), {}};
    int last = add(net);
    while (net.cards < count) {
        last = add_block(net, last, mask, cosine, sine, shape);
    }
    for (const Shared* shared : {&mask, &cosine, &sine, &shape}) {
        link(net, shared->card, shared->readers);
    }
    return net;
}

layered::Net random_net(int cards, int edges, std::uint64_t seed) {
    layered::Net net;
    net.cards = cards;
    Random random(seed);
    std::map<int, std::set<int>> readers;
    for (int i = 0; i < edges; ++i) {
        const int a = static_cast<int>(random.below(static_cast<std::size_t>(cards)));
        const int b = static_cast<int>(random.below(static_cast<std::size_t>(cards)));
        if (a != b) {
            readers[std::min(a, b)].insert(std::max(a, b));
        }
    }
    for (const auto& [from, to] : readers) {
        link(net, from, {to.begin(), to.end()});
    }
    return net;
}

ModelPtr model_of(const layered::Net& net) {
    std::vector<Names> inputs(static_cast<std::size_t>(net.cards));
    for (const layered::Link& each : net.links) {
        for (const int reader : each.to) {
            inputs[static_cast<std::size_t>(reader)].push_back(fmt::format("v{}", each.from));
        }
    }
    layered::Net copy = net;
    const std::vector<int> order = layered::break_cycles(copy);
    ModelBuilder b;
    b.input("x", ElementType::float32, {1, 16, 8, 8});
    for (const int card : order) {
        Names& from = inputs[static_cast<std::size_t>(card)];
        if (from.empty()) {
            from.emplace_back("x");
        }
        const std::string name = fmt::format("block{}/node{}", card / 19, card);
        b.node(from.size() == 1 ? (card % 3 == 0 ? "Relu" : "Sigmoid") : "Sum", from, {fmt::format("v{}", card)}, {}, name);
    }
    b.output(fmt::format("v{}", order.back()), ElementType::float32, {1, 16, 8, 8});
    return make_model(b.build());
}

}  // namespace vernier::test
