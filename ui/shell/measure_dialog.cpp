// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/measure_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QSpinBox>
#include <QThread>

#include <algorithm>

#include "core/base/error.h"
#include "ui/session/cli_job.h"
#include "ui/session/session.h"
#include "ui/session/size_words.h"
#include "ui/session/window_words.h"

namespace vernier::ui {

namespace {

const QString kCpu = QStringLiteral("CPU");

}  // namespace

MeasureDialog::MeasureDialog(Session& session, QWidget* parent)
    : QDialog(parent), session_(session), threads_(new QSpinBox), seconds_(new QDoubleSpinBox), samples_(new QSpinBox), provider_(new QComboBox),
      options_(new QLineEdit), providerNote_(new QLabel), sizes_(new QLineEdit), problem_(new QLabel) {
    setWindowTitle(tr("Measurement settings"));
    auto* form = new QFormLayout(this);
    const MeasureSettings settings = session.document().measureSettings();
    addNumbers(*form, settings);
    addProvider(*form, settings.provider);
    addSizes(*form, settings);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &MeasureDialog::check);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    // The library is loaded by the child only.
    job_ = std::make_unique<CliJob>(QStringList{QStringLiteral("version")});
    connect(job_.get(), &CliJob::finished, this, [this](const Json& version, int) { offerProviders(version); });
    connect(job_.get(), &CliJob::failed, this, [this](const Problem& problem) { providerNote_->setText(problem.message); });
    job_->start();
}

MeasureDialog::~MeasureDialog() = default;

void MeasureDialog::addNumbers(QFormLayout& form, const MeasureSettings& settings) {
    threads_->setRange(1, QThread::idealThreadCount());
    threads_->setValue(settings.threads);
    seconds_->setRange(0.2, 600);
    seconds_->setDecimals(1);
    seconds_->setValue(settings.seconds);
    samples_->setRange(0, 10'000'000);
    samples_->setSpecialValueText(tr("all"));
    samples_->setValue(static_cast<int>(settings.samples));
    for (QAbstractSpinBox* box :
         {static_cast<QAbstractSpinBox*>(threads_), static_cast<QAbstractSpinBox*>(seconds_), static_cast<QAbstractSpinBox*>(samples_)}) {
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);  // the keys and the wheel step it
    }
    form.addRow(tr("Threads of the runtime"), threads_);
    form.addRow(tr("Measuring time per model, seconds"), seconds_);
    form.addRow(tr("Validation samples"), samples_);
}

/// What was chosen before stands in the list at once, before it is known what the library offers.
void MeasureDialog::addProvider(QFormLayout& form, const QString& chosen) {
    provider_->addItem(kCpu);
    const QString name = chosen.section(QLatin1Char(':'), 0, 0);
    if (!name.isEmpty()) {
        provider_->addItem(name);
        provider_->setCurrentIndex(1);
    }
    options_->setText(chosen.section(QLatin1Char(':'), 1));
    options_->setPlaceholderText(tr("options, such as device_type=CPU"));
    options_->setAccessibleName(tr("Options of the execution provider"));
    providerNote_->setWordWrap(true);
    providerNote_->setMinimumHeight(4 * providerNote_->fontMetrics().lineSpacing());  // what it says comes when the dialog has its size
    providerNote_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    providerNote_->setProperty("role", "note");
    form.addRow(tr("Execution provider"), provider_);
    form.addRow(QString(), options_);
    form.addRow(QString(), providerNote_);
    connect(provider_, &QComboBox::currentIndexChanged, this, &MeasureDialog::showProvider);
    showProvider();
}

void MeasureDialog::offerProviders(const Json& version) {
    const Json runtime = version.value("runtime", Json::object());
    library_ = QString::fromStdString(runtime.value("path", std::string()));
    offered_.clear();
    for (const Json& provider : runtime.value("providers", Json::array())) {
        offered_ << QString::fromStdString(provider.get<std::string>());
    }
    for (const QString& name : offered_) {
        const int at = provider_->findText(name, Qt::MatchFixedString);  // whatever its case
        at < 0 ? provider_->addItem(name) : provider_->setItemText(at, name);
    }
    showProvider();
}

void MeasureDialog::showProvider() {
    const QString name = provider_->currentText();
    options_->setEnabled(name != kCpu);
    const bool missing = !offered_.isEmpty() && !offered_.contains(name, Qt::CaseInsensitive);
    providerNote_->setText(library_.isEmpty() ? QString()
                           : missing
                               ? tr("The ONNX Runtime at %1 does not have the provider %2, so that nothing can be measured on it. Start Vernier with another "
                                    "library (--ort), or choose one of: %3.")
                                     .arg(library_, name, offered_.join(QStringLiteral(", ")))
                               : tr("Offered by %1. Files are made for it and measured on it.").arg(library_));
}

void MeasureDialog::addSizes(QFormLayout& form, const MeasureSettings& settings) {
    sizes_->setText(settings.sizes.join(QLatin1Char(' ')));
    problem_->setWordWrap(true);
    const QString counted = session_.model() ? QString::fromStdString(sizes_text(input_sizes(*session_.model(), {}))) : QString();
    sizes_->setVisible(!counted.isEmpty());
    problem_->setVisible(!counted.isEmpty());
    if (counted.isEmpty()) {
        sizes_->setParent(this);
        problem_->setParent(this);
        return;
    }
    sizes_->setMinimumWidth(sizes_->fontMetrics().averageCharWidth() * 48);
    sizes_->setPlaceholderText(tr("height=640 width=640, or input=1x3x640x640"));
    form.addRow(tr("Sizes of open axes"), sizes_);
    problem_->setText(tr("Otherwise %1. Samples give their own sizes.").arg(counted));
    form.addRow(QString(), problem_);
}

QStringList MeasureDialog::sizeList() const { return sizes_->text().split(QRegularExpression(QStringLiteral("[\\s;]+")), Qt::SkipEmptyParts); }

void MeasureDialog::check() {
    try {
        if (session_.model()) {
            (void)input_sizes(*session_.model(), sizeChoices(sizeList(), *session_.model()));
        }
        accept();
    } catch (const Error& error) {
        problem_->setText(windowWords(error.line()));
        sizes_->setFocus();
    }
}

MeasureSettings MeasureDialog::settings() const {
    const QString name = provider_->currentText(), options = options_->text().trimmed();
    const QString provider = name == kCpu ? QString() : options.isEmpty() ? name.toLower() : name.toLower() + QLatin1Char(':') + options;
    return {threads_->value(), seconds_->value(), static_cast<quint64>(samples_->value()), sizeList(), provider};
}

}  // namespace vernier::ui
