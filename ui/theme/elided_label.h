// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace vernier::ui {

/// A name on one line: cut in the middle where there is no room, with the whole of it as tip. Never asks for width.
class ElidedLabel : public QLabel {
    Q_OBJECT

public:
    explicit ElidedLabel(QWidget* parent = nullptr);
    void setName(const QString& name);
    [[nodiscard]] const QString& name() const { return name_; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {40, QLabel::minimumSizeHint().height()}; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fit();

    QString name_;
};

}  // namespace vernier::ui
