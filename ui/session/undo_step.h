// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QUndoCommand>

#include <functional>
#include <utility>

namespace vernier::ui {

/// A step of the undo stack that is not the recipe's: what to do, and what takes it back. Steps in a row with the same
/// kind (0: none) are one, so that the arrows of a spin box leave one step.
class UndoStep : public QUndoCommand {
public:
    using Act = std::function<void()>;

    UndoStep(const QString& text, Act act, Act takeBack, int kind = 0)
        : QUndoCommand(text), act_(std::move(act)), takeBack_(std::move(takeBack)), kind_(kind) {}
    void redo() override { act_(); }
    void undo() override { takeBack_(); }
    [[nodiscard]] int id() const override { return kind_ == 0 ? -1 : kind_; }
    bool mergeWith(const QUndoCommand* next) override {
        act_ = static_cast<const UndoStep*>(next)->act_;
        return true;
    }

private:
    Act act_, takeBack_;
    int kind_;
};

}  // namespace vernier::ui
