// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QString>

namespace vernier::ui {

/// Words that wrap, or, where height is short, stand on one line that is cut at its end, with all of them as the tip.
class Sentence : public QLabel {
    Q_OBJECT

public:
    explicit Sentence(QWidget* parent = nullptr);

    void setWords(const QString& words);
    void setOneLine(bool on);
    [[nodiscard]] const QString& words() const { return words_; }
    [[nodiscard]] bool oneLine() const { return oneLine_; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fit();

    QString words_;
    bool oneLine_ = false;
};

}  // namespace vernier::ui
