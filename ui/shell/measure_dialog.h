// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QString>
#include <QStringList>

#include <memory>

#include "core/base/json.h"
#include "ui/session/run.h"

class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace vernier::ui {

class CliJob;
class Session;

/// How models are run and measured: threads, time, samples, sizes of open axes, and the execution provider, of which those are offered
/// that the loaded ONNX Runtime has.
class MeasureDialog : public QDialog {
    Q_OBJECT

public:
    explicit MeasureDialog(Session& session, QWidget* parent = nullptr);
    ~MeasureDialog() override;

    [[nodiscard]] MeasureSettings settings() const;
    [[nodiscard]] QComboBox* provider() const { return provider_; }
    [[nodiscard]] QLabel* providerNote() const { return providerNote_; }
    /// Offers what `version --json` says of the library.
    void offerProviders(const Json& version);

private:
    void addNumbers(QFormLayout& form, const MeasureSettings& settings);
    void addProvider(QFormLayout& form, const QString& chosen);
    void addSizes(QFormLayout& form, const MeasureSettings& settings);
    void showProvider();
    void check();
    [[nodiscard]] QStringList sizeList() const;

    Session& session_;
    QSpinBox* threads_;
    QDoubleSpinBox* seconds_;
    QSpinBox* samples_;
    QComboBox* provider_;
    QLineEdit* options_;
    QLabel* providerNote_;
    QLineEdit* sizes_;
    QLabel* problem_;
    QString library_;
    QStringList offered_;  ///< as the library spells them
    std::unique_ptr<CliJob> job_;
};

}  // namespace vernier::ui
