// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/size_words.h"

namespace vernier::ui {

SizeChoices sizeChoices(const QStringList& words, const Model& model) {
    SizeChoices choices;
    for (const QString& word : words) {
        const std::string text = word.toStdString();
        names_shape(text, model) ? add_shape(choices, text) : add_dim(choices, text);
    }
    return choices;
}

}  // namespace vernier::ui
