// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QVector>

#include <vector>

#include "core/model/model.h"
#include "core/quant/method.h"

namespace vernier::ui {

/// The one filter line of table and graph, in the selector language.
class Filter : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    [[nodiscard]] const QString& text() const { return text_; }
    /// An empty line matches all nodes but Constants, which match only a text that names them.
    [[nodiscard]] bool active() const { return !text_.trimmed().isEmpty(); }
    /// One flag a node, by NodeId. With a wrong text: what the last right text matched.
    [[nodiscard]] const std::vector<bool>& matches() const { return matches_; }
    [[nodiscard]] int count() const { return count_; }
    /// The same as NodeIds.
    [[nodiscard]] QVector<int> nodes() const;
    /// What is wrong with the text, or near names when it matches nothing; empty when all is well.
    [[nodiscard]] const QString& error() const { return error_; }
    /// The same for a place beside the text, which it then does not repeat: "Column 12: a term is missing at the end".
    [[nodiscard]] const QString& errorBeside() const { return errorBeside_; }

    void setText(const QString& text);
    /// Matches again for another model, or after the methods changed (method:... looks at them).
    void setModel(ModelPtr model, std::vector<Method> methods);

signals:
    void changed();

private:
    void evaluate();

    QString text_;
    QString error_, errorBeside_;
    ModelPtr model_;
    std::vector<Method> methods_;
    std::vector<bool> matches_;
    int count_ = 0;
};

}  // namespace vernier::ui
