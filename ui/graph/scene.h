// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>
#include <QString>

#include <memory>
#include <span>
#include <vector>

#include "core/layout/layout.h"
#include "core/model/model.h"
#include "ui/graph/spatial_grid.h"

namespace vernier::ui {

/// The words on one card.
struct CardText {
    QString title;      ///< "Conv 3×3 /2", "Block ×5"
    QString name;       ///< of the node in full; label leaves out the block around it
    QString more;       ///< what follows on the same card: " + BatchNorm + Relu", " (6 nodes)"
    QString lessMore;   ///< the same, shorter
    QString leastMore;  ///< the same, as short as can be; empty when there is no such form
    QString count;      ///< of what follows: " +2"; empty where nothing does
    QString label;
    QString shape;      ///< of the first output, "64×8×8"
    QString constants;  ///< "W 64×3×3×3 · B 64"
    QString weight;     ///< the first of them, with the count of the others: "W 64×3×3×3 +1"
    QString tags;       ///< names of the values that come in as tags
    QString outTags;    ///< and of those that go out
    bool ready = false;
};

/// A model with its layout, indexed for painting and picking. Words are made when a card is first shown.
class Scene {
public:
    Scene(ModelPtr model, std::shared_ptr<const GraphLayout> layout);
    /// The same model with other sizes for its open axes: words are made anew.
    void setModel(ModelPtr model);

    [[nodiscard]] const Model& model() const { return *model_; }
    [[nodiscard]] const ModelPtr& shared() const { return model_; }
    [[nodiscard]] const std::vector<Card>& cards() const { return layout_->cards; }
    [[nodiscard]] const std::vector<Wire>& wires() const { return layout_->wires; }
    [[nodiscard]] QRectF bounds() const { return bounds_; }
    [[nodiscard]] QRectF cardRect(int card) const;
    [[nodiscard]] const CardText& text(int card) const;
    [[nodiscard]] int category(int card) const { return category_[static_cast<std::size_t>(card)]; }
    [[nodiscard]] const std::vector<int>& wiresOf(int card) const { return wires_of_[static_cast<std::size_t>(card)]; }

    /// The first piece of a wire (points i to i+1) that no other wire of its value draws already.
    [[nodiscard]] std::size_t firstOwnPiece(int wire) const { return first_own_piece_[static_cast<std::size_t>(wire)]; }

    /// The card of a node; for a node in a subgraph that of the node that holds it; -1 when it has none.
    [[nodiscard]] int cardOf(NodeId node) const;
    [[nodiscard]] NodeId nodeOf(int card) const { return cards()[static_cast<std::size_t>(card)].node; }
    /// All nodes of a card, its head first.
    [[nodiscard]] std::span<const NodeId> nodesOf(int card) const;
    /// Nodes in the bodies (If, Loop, Scan) of a card's nodes.
    [[nodiscard]] const std::vector<NodeId>& innerNodes(int card) const { return inner_[static_cast<std::size_t>(card)]; }
    [[nodiscard]] const std::vector<Frame>& frames() const { return layout_->frames; }
    [[nodiscard]] QString frameName(int frame) const;
    [[nodiscard]] const Grouping& grouping() const { return layout_->grouping; }
    [[nodiscard]] const CardGroup* groupOf(int card) const;
    /// True for the card of a folded run of blocks.
    [[nodiscard]] bool isBlock(int card) const;
    /// The head of the card that was taken apart by hand and to which a node belonged; kNone for all other nodes.
    [[nodiscard]] NodeId apartFrom(NodeId node) const;
    /// Card at a point of the scene, or -1.
    [[nodiscard]] int cardAt(QPointF point) const;
    [[nodiscard]] std::vector<int> cardsIn(const QRectF& rect) const;
    [[nodiscard]] std::vector<int> wiresIn(const QRectF& rect) const { return wire_grid_.touching(rect); }

    /// Name and shape of a value: "image 3×32×32"; with an arrow upwards for what a body reads from outside.
    [[nodiscard]] QString valueText(ValueId value) const;

    enum class Step { Producer, Reader, Left, Right };
    /// The card that an arrow key leads to from card; -1 when there is none.
    [[nodiscard]] int neighbour(int card, Step step) const;

private:
    void fill(int card, CardText& text) const;
    [[nodiscard]] std::string localName(const Node& node) const;
    void fillGroup(int card, CardText& text) const;
    void findSharedPieces();
    void findInnerNodes();
    [[nodiscard]] QString tagNames(int card, bool incoming) const;

    ModelPtr model_;
    std::shared_ptr<const GraphLayout> layout_;
    QRectF bounds_;
    SpatialGrid card_grid_, wire_grid_;
    std::vector<int> category_;
    std::vector<std::vector<int>> wires_of_;
    std::vector<std::vector<NodeId>> inner_;
    std::vector<std::size_t> first_own_piece_;
    mutable std::vector<CardText> texts_;
};

/// "64×8×8" without the batch axis, "?" for unknown axes; empty when the shape is not known.
[[nodiscard]] QString shapeText(const ValueType& type);
/// The same; open axes with the sizes that the user or the data gave them, where they did, and "~224" instead of "?" where one is assumed.
[[nodiscard]] QString shapeText(const Model& model, ValueId value);

}  // namespace vernier::ui
