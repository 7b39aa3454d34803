// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/graph/scene.h"

#include <QStringList>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "core/base/plain_text.h"
#include "core/model/dim_text.h"
#include "core/model/weights.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

constexpr qsizetype kLongestName = 160;
constexpr qsizetype kMostNames = 6;
constexpr std::size_t kMostAxes = 8;
/// For a card that has no room for whole names: its tip has them.
constexpr std::pair<const char*, const char*> kBriefNames[] = {
    {"BatchNorm", "BN"}, {"HardSwish", "HSwish"}, {"HardSigmoid", "HSigm"}, {"LeakyRelu", "LRelu"}, {"Sigmoid", "Sigm"}};

/// A name out of a file as one line of bounded length.
QString clean(const std::string& name) {
    const std::string line = QString::fromStdString(name.substr(0, 4096)).simplified().toStdString();
    const QString text = QString::fromStdString(plain_text(line));
    return text.size() <= kLongestName ? text : text.left(kLongestName / 2) + QChar(0x2026) + text.right(kLongestName / 2);
}

QString dimsText(const std::vector<std::int64_t>& dims) {
    QStringList parts;
    for (std::size_t i = 0; i < std::min(dims.size(), kMostAxes); ++i) {
        parts << QString::number(dims[i]);
    }
    if (dims.size() > kMostAxes) {
        parts << QStringLiteral("…");
    }
    return parts.isEmpty() ? QStringLiteral("scalar") : parts.join(QChar(0x00d7));
}

/// W for the tensor that the node works with, B for a bias, else the place among the inputs.
QString roleOf(const std::vector<Weight>& weights, ValueId value, std::size_t input) {
    for (const Weight& weight : weights) {
        if (weight.value == value) {
            return weight.is_bias ? QStringLiteral("B") : QStringLiteral("W");
        }
    }
    return QStringLiteral("#%1").arg(input);
}

/// Where an axis says nothing, the size that it is assumed to have, if any: a guess tells more, but says that it is one.
QString shapeOf(const ValueType& type, const std::vector<std::int64_t>& assumed) {
    if (!type.has_shape) {
        return {};
    }
    if (type.dims.empty()) {
        return QStringLiteral("scalar");
    }
    QStringList parts;
    for (std::size_t i = 0; i < std::min(type.dims.size(), kMostAxes); ++i) {
        const Dim& dim = type.dims[i];
        // A first axis of 1 or without a size is the batch: it tells nothing.
        if (i == 0 && type.dims.size() > 1 && (dim.value < 0 || dim.value == 1)) {
            continue;
        }
        const std::string words = short_dim(dim);
        parts << (words == "?" && i < assumed.size() && assumed[i] >= 0 ? QStringLiteral("~%1").arg(assumed[i]) : clean(words));
    }
    if (type.dims.size() > kMostAxes) {
        parts << QStringLiteral("…");
    }
    return parts.join(QChar(0x00d7));
}

}  // namespace

QString shapeText(const ValueType& type) { return shapeOf(type, {}); }

QString shapeText(const Model& model, ValueId id) {
    const Value& value = model.value(id);
    if (!value.size || (value.type.has_shape && value.type.dims.size() != value.size->size())) {
        return shapeText(value.type);
    }
    const auto isGiven = [](const SizedAxis& axis) { return axis.source == SizeSource::given || axis.source == SizeSource::data; };
    const bool given = std::any_of(model.sizes().begin(), model.sizes().end(),
                                   [&](const InputSize& input) { return std::any_of(input.axes.begin(), input.axes.end(), isGiven); });
    if (!given) {
        return shapeOf(value.type, *value.size);
    }
    ValueType sized = value.type;
    sized.has_shape = true;
    sized.dims.resize(value.size->size());
    for (std::size_t i = 0; i < sized.dims.size(); ++i) {
        const bool isBatch = i == 0 && sized.dims.size() > 1 && sized.dims[i].value < 0;
        if (!isBatch && (*value.size)[i] >= 0) {
            sized.dims[i] = {(*value.size)[i], {}};
        }
    }
    return shapeText(sized);
}

void Scene::setModel(ModelPtr model) {
    model_ = std::move(model);
    texts_.assign(cards().size(), {});
}

Scene::Scene(ModelPtr model, std::shared_ptr<const GraphLayout> layout) : model_(std::move(model)), layout_(std::move(layout)), texts_(layout_->cards.size()) {
    const Rect& b = layout_->bounds;
    bounds_ = QRectF(b.x, b.y, b.width, b.height);
    for (std::size_t i = 0; i < cards().size(); ++i) {
        card_grid_.add(static_cast<int>(i), cardRect(static_cast<int>(i)));
        category_.push_back(opCategory(QString::fromStdString(model_->node(cards()[i].node).op_type)));
    }
    card_grid_.finish(static_cast<int>(cards().size()));
    wires_of_.resize(cards().size());
    for (std::size_t i = 0; i < wires().size(); ++i) {
        const Wire& wire = wires()[i];
        const int id = static_cast<int>(i);
        for (std::size_t p = 1; p < wire.points.size(); ++p) {
            const Point &a = wire.points[p - 1], &c = wire.points[p];
            wire_grid_.add(id, QRectF(QPointF(std::min(a.x, c.x), a.y), QPointF(std::max(a.x, c.x), c.y)));
        }
        if (wire.from != kNone) {
            wires_of_[at(wire.from)].push_back(id);
        }
        if (wire.to != kNone) {
            wires_of_[at(wire.to)].push_back(id);
        }
    }
    wire_grid_.finish(static_cast<int>(wires().size()));
    findSharedPieces();
    findInnerNodes();
}

void Scene::findInnerNodes() {
    inner_.resize(cards().size());
    for (const Node& node : model_->nodes()) {
        if (node.parent == kNone || layout_->card_of_node[at(node.id)] != kNone || (node.op_type == "Constant" && node.domain.empty())) {
            continue;
        }
        if (const int card = cardOf(node.id); card >= 0) {
            inner_[at(card)].push_back(node.id);
        }
    }
}

/// Wires of one value run together from its producer on. The longest draws what they share, so that a line is painted once.
void Scene::findSharedPieces() {
    std::vector<int> order(wires().size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        const Wire &wa = wires()[at(a)], &wb = wires()[at(b)];
        return wa.value != wb.value ? wa.value < wb.value : wa.points.back().y > wb.points.back().y;
    });
    first_own_piece_.assign(wires().size(), 0);
    std::map<std::pair<double, double>, Point> drawn;  // of the current value: begin of a piece -> its end
    ValueId value = kNone;
    for (const int id : order) {
        const Wire& wire = wires()[at(id)];
        if (wire.tag) {
            continue;
        }
        if (wire.value != value) {
            drawn.clear();
            value = wire.value;
        }
        bool shared = true;
        for (std::size_t i = 0; i + 1 < wire.points.size(); ++i) {
            const Point &a = wire.points[i], &b = wire.points[i + 1];
            const auto [known, is_new] = drawn.try_emplace({a.x, a.y}, b);
            shared = shared && !is_new && known->second.x == b.x && (known->second.y == b.y || (a.x == b.x && known->second.y > b.y));
            first_own_piece_[at(id)] += shared ? 1 : 0;
        }
    }
}

QRectF Scene::cardRect(int card) const {
    const Rect& r = cards()[at(card)].rect;
    return {r.x, r.y, r.width, r.height};
}

const CardText& Scene::text(int card) const {
    CardText& text = texts_[at(card)];
    if (!text.ready) {
        fill(card, text);
        text.ready = true;
    }
    return text;
}

std::span<const NodeId> Scene::nodesOf(int card) const {
    const Card& c = cards()[at(card)];
    return c.group == kNone ? std::span(&c.node, 1) : std::span<const NodeId>(grouping().groups[at(c.group)].nodes);
}

QString Scene::frameName(int frame) const {
    const Frame& f = frames()[at(frame)];
    const BlockRun& run = grouping().runs[at(f.run)];
    QString name = clean(run.names[at(f.block)]);
    // "/blocks/blocks.1" is called "blocks.1"; "/3" stays as it is.
    if (const qsizetype slash = name.lastIndexOf(QLatin1Char('/')); slash >= 0 && !name.at(slash + 1).isDigit()) {
        name = name.mid(slash + 1);
    }
    return run.repeats() ? QStringLiteral("▾ ") + name : name;  // only what repeats can be folded
}

/// A node's label without the name of the framed block around it.
std::string Scene::localName(const Node& node) const {
    const auto& runs = grouping().run_of_node;
    if (at(node.id) >= runs.size() || runs[at(node.id)] == kNone) {
        return node.label;
    }
    for (const std::string& name : grouping().runs[at(runs[at(node.id)])].names) {
        if (node.label.size() > name.size() + 1 && node.label.rfind(name, 0) == 0 && (node.label[name.size()] == '/' || node.label[name.size()] == '.')) {
            return node.label.substr(name.size() + 1);
        }
    }
    return node.label;
}

const CardGroup* Scene::groupOf(int card) const {
    const std::int32_t group = cards()[at(card)].group;
    return group == kNone ? nullptr : &grouping().groups[at(group)];
}

bool Scene::isBlock(int card) const {
    const CardGroup* group = groupOf(card);
    return group != nullptr && group->kind == CardGroup::Kind::block;
}

NodeId Scene::apartFrom(NodeId node) const {
    const auto& heads = grouping().head_of_node;
    if (node < 0 || at(node) >= heads.size() || grouping().apart.count(heads[at(node)]) == 0) {
        return kNone;
    }
    return heads[at(node)];
}

/// What a card of several nodes says instead of its head alone.
void Scene::fillGroup(int card, CardText& text) const {
    const CardGroup& group = *groupOf(card);
    const Node& last = model_->node(group.nodes.back());
    if (!last.outputs.empty() && last.outputs.front() != kNone) {
        text.shape = shapeText(*model_, last.outputs.front());
    }
    if (group.kind == CardGroup::Kind::fused) {
        for (const std::string& name : follower_names(*model_, group.nodes)) {
            text.more += QStringLiteral(" + ") + clean(name);
        }
        text.lessMore = text.more;
        text.lessMore.replace(QStringLiteral(" + "), QStringLiteral("+")).prepend(QLatin1Char(' '));
        text.leastMore = text.lessMore;
        for (const auto& [whole, brief] : kBriefNames) {
            text.leastMore.replace(QLatin1String(whole), QLatin1String(brief));
        }
        text.count = QStringLiteral(" +%1").arg(text.more.count(QStringLiteral(" + ")));
        return;
    }
    const BlockRun& run = grouping().runs[at(group.run)];
    text.title = QStringLiteral("Block ×%1").arg(run.blocks.size());
    text.more = text.lessMore = QStringLiteral(" (%L1 nodes)").arg(run.blocks.front().size());
    text.weight.clear();
    text.constants.clear();
    if (run.names.front().rfind("Block ", 0) == 0) {  // numbered by us: the file's names tell more
        text.label = clean(model_->node(run.blocks.front().front()).label) + QStringLiteral(" … ") + clean(last.label);
        return;
    }
    const QString first = clean(run.names.front()), end = clean(run.names.back());
    const auto common = std::mismatch(first.begin(), first.end(), end.begin(), end.end()).first - first.begin();
    const auto cut = std::max(
        {first.lastIndexOf(QLatin1Char('/'), common - 1), first.lastIndexOf(QLatin1Char('.'), common - 1), first.lastIndexOf(QLatin1Char('_'), common - 1)});
    text.label = first + QStringLiteral(" … ") + end.mid(cut + 1);
}

void Scene::fill(int card, CardText& text) const {
    const Node& node = model_->node(nodeOf(card));
    text.title = clean(title_of(*model_, node.id));
    text.name = clean(node.label);
    text.label = clean(localName(node));
    if (!node.outputs.empty() && node.outputs.front() != kNone) {
        text.shape = shapeText(*model_, node.outputs.front());
    }
    const std::vector<Weight> weights = weights_of(*model_, node.id);
    QStringList constants;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        const Initializer* tensor = node.inputs[i] == kNone ? nullptr : model_->constant(node.inputs[i]);
        if (tensor != nullptr) {
            constants << roleOf(weights, node.inputs[i], i) + QLatin1Char(' ') + dimsText(tensor->dims);
        }
    }
    if (!constants.isEmpty()) {
        text.weight = constants.front() + (constants.size() > 1 ? QStringLiteral(" +%1").arg(constants.size() - 1) : QString());
    }
    text.constants = constants.mid(0, 3).join(QStringLiteral(" · "));
    if (constants.size() > 3) {
        text.constants += QStringLiteral(" +%1").arg(constants.size() - 3);
    }
    text.tags = tagNames(card, true);
    text.outTags = tagNames(card, false);
    if (groupOf(card) != nullptr) {
        fillGroup(card, text);
    } else if (const std::size_t inner = innerNodes(card).size(); inner > 0) {
        text.more = text.lessMore = inner == 1 ? QStringLiteral(" (1 node)") : QStringLiteral(" (%1 nodes)").arg(inner);
    }
}

/// Names of the values that a card reads or makes as tags; with shapes where they come from outside or leave the graph.
QString Scene::tagNames(int card, bool incoming) const {
    QStringList tags;
    for (const int id : wiresOf(card)) {
        const Wire& wire = wires()[at(id)];
        if (!wire.tag || (incoming ? wire.to != card : wire.from != card || wire.to != kNone)) {
            continue;
        }
        const Value& value = model_->value(wire.value);
        tags << (!incoming || value.graph_input || wire.from == kNone ? valueText(value.id) : clean(value.name));
        if (tags.size() >= kMostNames) {
            break;
        }
    }
    return tags.join(QStringLiteral(", "));
}

QString Scene::valueText(ValueId value) const {
    const Value& v = model_->value(value);
    const QString shape = shapeText(*model_, value);
    const bool outer = !cards().empty() && v.graph != model_->node(cards().front().node).graph;
    return (outer ? QStringLiteral("↑ ") : QString()) + clean(v.name) + (shape.isEmpty() ? QString() : QLatin1Char(' ') + shape);
}

int Scene::cardOf(NodeId node) const {
    while (node != kNone && at(node) < layout_->card_of_node.size()) {
        if (layout_->card_of_node[at(node)] != kNone) {
            return layout_->card_of_node[at(node)];
        }
        node = model_->node(node).parent;
    }
    return -1;
}

int Scene::cardAt(QPointF point) const {
    for (const int card : card_grid_.touching(QRectF(point, QSizeF(0, 0)))) {
        if (cardRect(card).contains(point)) {
            return card;
        }
    }
    return -1;
}

std::vector<int> Scene::cardsIn(const QRectF& rect) const {
    std::vector<int> result = card_grid_.touching(rect);
    std::erase_if(result, [&](int card) { return !cardRect(card).intersects(rect); });
    return result;
}

int Scene::neighbour(int card, Step step) const {
    const QRectF own = cardRect(card);
    const bool vertical = step == Step::Producer || step == Step::Reader;
    int best = -1;
    double nearest = std::numeric_limits<double>::max();
    const auto offer = [&](int other, double distance) {
        if (distance < nearest) {
            nearest = distance;
            best = other;
        }
    };
    if (vertical) {
        for (const int id : wiresOf(card)) {
            const Wire& wire = wires()[at(id)];
            const int other = step == Step::Producer ? wire.from : wire.to;
            if (other != kNone && other != card && (step == Step::Producer ? wire.to : wire.from) == card) {
                const QPointF way = cardRect(other).center() - own.center();
                offer(other, std::abs(way.x()) + 0.1 * std::abs(way.y()) + (wire.tag ? 1e6 : 0));
            }
        }
        return best;
    }
    const double reach = std::max(4000.0, own.width() * 20);
    const QRectF row(step == Step::Left ? own.left() - reach : own.right(), own.top(), reach, own.height());
    for (const int other : cardsIn(row)) {
        if (other != card) {
            offer(other, std::abs(cardRect(other).center().x() - own.center().x()));
        }
    }
    return best;
}

}  // namespace vernier::ui
