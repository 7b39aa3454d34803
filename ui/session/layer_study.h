// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/layers/layers.h"
#include "core/quant/recipe.h"
#include "ui/session/study.h"

namespace vernier::ui {

class Document;
struct SavedSession;

/// What is known of each node and region of the open model: it makes the command `layers` and keeps its result.
class LayerStudy : public Study {
    Q_OBJECT

public:
    LayerStudy(Document& document, Trials& trials, Queue& queue);

    /// nullptr before the model was analysed.
    [[nodiscard]] const Layers* layers() const { return layers_ ? &*layers_ : nullptr; }
    /// Another number for another result, or none.
    [[nodiscard]] int revision() const { return revision_; }
    /// nullptr where nothing is known of a node, or where it is in no region.
    [[nodiscard]] const LayerNode* node(NodeId id) const { return layers_ ? layers_->find(id) : nullptr; }
    [[nodiscard]] const LayerRegion* regionOf(NodeId id) const;
    /// The recipe that times and errors on the way are of.
    [[nodiscard]] const Recipe& recipe() const { return of_.recipe; }
    /// A few words for it: "INT8 static, 3 nodes FP32".
    [[nodiscard]] QString recipeTitle() const { return of_.title; }
    /// What has changed since it was analysed, as sentences; empty where all of it holds. Errors alone and the times of
    /// regions hold for every recipe.
    [[nodiscard]] QString staleness() const;
    /// The file of a run that was looked at; empty where one was made for the analysis, with nothing timed.
    [[nodiscard]] QString file() const { return of_.file; }
    [[nodiscard]] QString missing() const override;
    /// What will be analysed: the present recipe, or INT8 static for the whole model where it leaves all nodes in FP32.
    [[nodiscard]] Recipe wanted() const;

    void analyse();
    /// What a session file keeps of it: null before the model was analysed.
    [[nodiscard]] Json saved() const;
    /// The command as a user would type it.
    [[nodiscard]] QString command() const;

private:
    /// What it is of.
    struct Of {
        Recipe recipe;
        QString title, dataset;
        QString file;  ///< of the run of the recipe; empty where there is none
        QStringList sizes;
        std::string sha256;  ///< of the model
    };
    [[nodiscard]] Of present() const;
    [[nodiscard]] int keptInFloat() const;
    [[nodiscard]] QStringList words() override;
    void answered(const Json& result) override;
    void clear();
    void restore(const SavedSession& saved);
    void take(Layers layers);

    Document& document_;
    QTemporaryDir work_;
    std::optional<Layers> layers_;
    std::vector<const LayerRegion*> regionOf_;  ///< by NodeId
    Of of_, asked_;
    int revision_ = 0;
};

}  // namespace vernier::ui
