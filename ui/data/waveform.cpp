// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/data/waveform.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

#include "core/evidence/tasks/kind.h"
#include "core/measure/tally.h"
#include "ui/theme/theme.h"

namespace vernier::ui {

namespace {

constexpr std::uint64_t kShortest = 64;     ///< values, below which numbers say more than a curve
constexpr std::uint64_t kMostChannels = 8;  ///< of a sound; more rows are a spectrum or a table

/// How many values of a tensor follow each other in time; 0 for what is no signal. parts: the first axis counts them.
std::uint64_t lengthOf(const Tensor& tensor, bool parts) {
    if (!is_floating(tensor.type) || tensor.dims.empty() || tensor.count() == 0) {
        return 0;
    }
    const auto last = static_cast<std::uint64_t>(tensor.dims.back()), runs = parts ? static_cast<std::uint64_t>(tensor.dims.front()) : 1;
    const std::uint64_t channels = tensor.count() / last / runs, length = last * runs;
    return length >= kShortest && channels <= (parts ? 1 : kMostChannels) ? length : 0;
}

/// Targets of ones and zeros of several steps; a mask has two axes.
QVector<bool> yesOf(const SampleTarget& target) {
    QVector<bool> yes;
    if (!target.values || !is_integer_or_bool(target.values->type) || target.values->dims.size() != 1) {
        return yes;
    }
    for (const std::int64_t step : values_of(*target.values).whole) {
        if (step > 1) {
            return {};
        }
        yes << (step == 1);
    }
    return yes.size() > 1 ? yes : QVector<bool>();
}

}  // namespace

std::map<std::string, Tensor>::const_iterator largestInput(const Sample& sample) {
    return std::max_element(sample.inputs.begin(), sample.inputs.end(), [](const auto& a, const auto& b) { return a.second.count() < b.second.count(); });
}

Waveform waveformOf(const Sample& sample, const Carry& carry, int columns) {
    const auto input = largestInput(sample);
    if (input == sample.inputs.end()) {
        return {};
    }
    const bool parts = std::find(carry.framed.begin(), carry.framed.end(), input->first) != carry.framed.end();
    const std::uint64_t length = lengthOf(input->second, parts);
    if (length == 0) {
        return {};
    }
    std::vector<double> values = numbers_of(input->second);
    values.resize(length);
    double most = 0;
    for (double& value : values) {
        value = std::isfinite(value) ? value : 0;
        most = std::max(most, std::abs(value));
    }
    Waveform waveform{{}, yesOf(sample.target)};
    const auto count = std::min<std::size_t>(static_cast<std::size_t>(columns), values.size());
    for (std::size_t i = 0; i < count; ++i) {
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(i * values.size() / count);
        const auto last = values.begin() + static_cast<std::ptrdiff_t>((i + 1) * values.size() / count);
        const auto [low, high] = std::minmax_element(first, last);
        waveform.columns << (most > 0 ? Waveform::Column{float(*low / most), float(*high / most)} : Waveform::Column{});
    }
    return waveform;
}

void drawWaveform(QPainter& painter, const QRectF& box, const Waveform& waveform, const Theme& theme) {
    painter.save();
    const double step = box.width() / double(std::max<qsizetype>(1, waveform.yes.size()));
    for (qsizetype i = 0; i < waveform.yes.size(); ++i) {
        if (waveform.yes[i]) {
            painter.fillRect(QRectF(box.left() + double(i) * step, box.top(), step, box.height()), theme.accentSoft);
        }
    }
    const double width = box.width() / double(waveform.columns.size()), middle = box.center().y(), half = box.height() / 2;
    painter.setPen(QPen(theme.accent, 1));
    for (qsizetype i = 0; i < waveform.columns.size(); ++i) {
        const double x = box.left() + (double(i) + 0.5) * width;
        painter.drawLine(QPointF(x, middle - half * double(waveform.columns[i].high)), QPointF(x, middle - half * double(waveform.columns[i].low)));
    }
    painter.restore();
}

}  // namespace vernier::ui
