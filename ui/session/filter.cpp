// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/filter.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/quant/selector.h"

namespace vernier::ui {

void Filter::setText(const QString& text) {
    if (text == text_) {
        return;
    }
    text_ = text;
    evaluate();
    emit changed();
}

void Filter::setModel(ModelPtr model, std::vector<Method> methods) {
    // Only what looks at methods can match otherwise when they change: a choice must not cost a search.
    if (model == model_ && !text_.contains(QLatin1String("method"), Qt::CaseInsensitive)) {
        methods_ = std::move(methods);
        return;
    }
    const std::vector<bool> before = matches_;
    const QString error = error_;
    if (model != model_) {
        matches_.clear();
    }
    model_ = std::move(model);
    methods_ = std::move(methods);
    evaluate();
    if (matches_ != before || error_ != error) {
        emit changed();
    }
}

QVector<int> Filter::nodes() const {
    QVector<int> nodes;
    nodes.reserve(count_);
    for (std::size_t i = 0; i < matches_.size(); ++i) {
        if (matches_[i]) {
            nodes << static_cast<int>(i);
        }
    }
    return nodes;
}

void Filter::evaluate() {
    error_.clear();
    errorBeside_.clear();
    const std::size_t nodes = model_ ? model_->nodes().size() : 0;
    if (!active() || !model_) {
        matches_.assign(nodes, true);
    } else {
        try {
            const Selector selector = Selector::parse(text_.trimmed().toStdString());
            matches_ = selector.match(*model_, methods_);
            if (std::find(matches_.begin(), matches_.end(), true) == matches_.end()) {
                const QString near = QString::fromStdString(selector.suggestion(*model_));
                error_ = near.isEmpty() ? tr("No node matches.") : tr("No node matches; %1").arg(near);
            }
        } catch (const SelectorError& error) {
            error_ = QString::fromUtf8(error.what());
            errorBeside_ = QString::fromStdString(error.at_column());
            errorBeside_.replace(0, 1, errorBeside_.at(0).toUpper());
            matches_.resize(nodes, true);
        } catch (const Error& error) {
            error_ = QString::fromUtf8(error.what());
            matches_.resize(nodes, true);
        }
    }
    if (errorBeside_.isEmpty()) {
        errorBeside_ = error_;
    }
    // Constants are values, not work: hundreds of them would stand before the first operator. Who asks for them by name gets them.
    if (model_ && !text_.contains(QLatin1String("constant"), Qt::CaseInsensitive)) {
        for (const Node& node : model_->nodes()) {
            if (node.op_type == "Constant") {
                matches_[static_cast<std::size_t>(node.id)] = false;
            }
        }
    }
    count_ = static_cast<int>(std::count(matches_.begin(), matches_.end(), true));
}

}  // namespace vernier::ui
