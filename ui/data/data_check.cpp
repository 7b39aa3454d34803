// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/data_check.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/session/command.h"
#include "ui/session/queue.h"
#include "ui/session/session.h"
#include "ui/session/window_words.h"

namespace vernier::ui {

namespace {

QString text(const Json& json, const char* field) { return QString::fromStdString(json.value(field, std::string())); }

QString number(const Json& json, const char* field) {
    const auto found = json.find(field);
    return found != json.end() && found->is_number() ? QString::number(found->get<double>(), 'g', 3) : QStringLiteral("?");
}

/// "calibration, images: float32[1,3,64,64], 0.0588 to 0.933, mean 0.35 ± 0.119".
void addRanges(QStringList& lines, const Json& result, const char* split, const QString& words) {
    const Json part = result.value(split, Json::object());
    for (const Json& input : part.value("inputs", Json::array())) {
        lines << DataCheck::tr("%1, %2: %3, %4 to %5, mean %6 ± %7")
                     .arg(words, text(input, "name"), text(input, "type"), number(input, "min"), number(input, "max"), number(input, "mean"),
                          number(input, "deviation"));
    }
    if (const auto top1 = part.find("top1"); top1 != part.end() && top1->is_number()) {
        lines << DataCheck::tr("%1: top-1 %2 %").arg(words, number(part, "top1"));
    }
}

QString subjectOf(const Session& session) {
    const ModelPtr model = session.model();
    return model && session.dataset() ? session.datasetPath() + QLatin1Char('\n') + QString::fromStdString(model->sha256()) : QString();
}

}  // namespace

QStringList checkLines(const Json& result) {
    QStringList lines;
    addRanges(lines, result, "calibration", DataCheck::tr("calibration"));
    addRanges(lines, result, "validation", DataCheck::tr("validation"));
    bool amiss = false;
    for (const Json& finding : result.value("findings", Json::array())) {
        if (text(finding, "severity") == QLatin1String("info") || text(finding, "code") == QLatin1String("preprocess-assumed")) {
            continue;  // the panel says it anyway
        }
        amiss = true;
        lines << (QStringLiteral("⚠ ") + windowWords(finding.value("text", std::string())) + QLatin1Char(' ') +
                  windowWords(finding.value("remedy", std::string())))
                     .trimmed();
    }
    if (!amiss) {
        lines << DataCheck::tr("✓ No problem found in the samples that were looked at.");
    }
    return lines;
}

DataCheck::DataCheck(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), button_(new QPushButton(tr("Look for problems"))), result_(new QLabel) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->setSpacing(6);
    button_->setToolTip(tr("Runs the model on samples of both splits, and says where they are too few, alike, or unlike each other"));
    result_->setProperty("role", "note");
    result_->setWordWrap(true);
    result_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(button_, 0, Qt::AlignLeft);
    layout->addWidget(result_);
    connect(button_, &QPushButton::clicked, this, &DataCheck::check);
    connect(&session, &Session::stateChanged, this, &DataCheck::refresh);
    connect(&session, &Session::datasetChanged, this, &DataCheck::refresh);
    refresh();
}

QString DataCheck::text() const { return result_->text(); }

void DataCheck::show(const Json& result) { result_->setText(checkLines(result).join(QLatin1Char('\n'))); }

void DataCheck::refresh() {
    if (subjectOf(session_) != checked_) {
        result_->clear();  // it is of other data, or another model
    }
    button_->setEnabled(!busy_ && session_.isSound() && session_.dataset() != nullptr);
    result_->setVisible(!result_->text().isEmpty());
}

void DataCheck::check() {
    busy_ = true;
    result_->clear();
    refresh();
    const auto ended = [this](const QString& problem) {
        busy_ = false;
        result_->setText(problem);
        refresh();
    };
    session_.queue().enqueue({.title = tr("Looking at the samples"),
                              .newest = QStringLiteral("data"),
                              .words =
                                  [this] {
                                      return session_.trials().unlessChanged([this] {
                                          checked_ = subjectOf(session_);
                                          return QStringList{QStringLiteral("data"), session_.datasetPath(), QStringLiteral("--model"), session_.modelPath()} +
                                                 sizeWords(session_.document().measureSettings(), *session_.model());
                                      });
                                  },
                              .finished = [this](const Json& result) -> std::optional<Problem> {
                                  busy_ = false;
                                  show(result);
                                  refresh();
                                  return std::nullopt;
                              },
                              .failed = [ended](const Problem& problem) { ended(problem.cancelled() ? QString() : problem.message); },
                              .dropped = [ended] { ended({}); }});
}

}  // namespace vernier::ui
