// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QTest>

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <memory>

#include "core/layout/layout.h"
#include "tests/support/model_builder.h"
#include "ui/graph/graph_canvas.h"

namespace vernier::ui {

/// x -> Relu(0) -> Sigmoid(1) and Tanh(2) -> Add(3) -> y
inline ModelPtr diamond() {
    test::ModelBuilder b;
    b.input("x", ElementType::float32, {1, 4});
    b.node("Relu", {"x"}, {"a"}, {}, "first");
    b.node("Sigmoid", {"a"}, {"b"}, {}, "left");
    b.node("Tanh", {"a"}, {"c"}, {}, "right");
    b.node("Add", {"b", "c"}, {"y"}, {}, "sum");
    b.output("y", ElementType::float32, {1, 4});
    return make_model(b.build());
}

class GraphCanvasTest : public testing::Test {
protected:
    void SetUp() override {
        canvas_.setMotion(false);
        canvas_.resize(700, 600);
        QObject::connect(&canvas_, &GraphCanvas::selectionRequested, [this](const QVector<int>& nodes, int current) {
            nodes_ = nodes;
            current_ = current;
            canvas_.setSelection(nodes, current);
        });
    }
    void show(const ModelPtr& model) {
        canvas_.setModel(model, std::make_shared<const GraphLayout>(layout_graph(*model)));
        canvas_.show();
        QApplication::processEvents();
        canvas_.grab();
    }
    [[nodiscard]] QPoint middle(int node) const { return canvas_.rectOf(node).center().toPoint(); }
    void click(QPoint where, Qt::KeyboardModifiers modifiers = {}, Qt::MouseButton button = Qt::LeftButton) {
        QTest::mouseClick(canvas_.viewport(), button, modifiers, where);
    }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mousePress(canvas_.viewport(), Qt::LeftButton, modifiers, from);
        QTest::mouseMove(canvas_.viewport(), (from + to) / 2);
        QTest::mouseMove(canvas_.viewport(), to);
        QTest::mouseRelease(canvas_.viewport(), Qt::LeftButton, modifiers, to);
    }

    GraphCanvas canvas_;
    QVector<int> nodes_;
    int current_ = -2;
};

}  // namespace vernier::ui
