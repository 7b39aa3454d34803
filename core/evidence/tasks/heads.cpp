// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evidence/tasks/heads.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/measure/metrics.h"
#include "core/measure/tally.h"

namespace vernier {
namespace {

constexpr std::int64_t kMostEnds = 1000;   // an end-to-end head gives no more boxes
constexpr std::size_t kMostBoxes = 30000;  // that are looked at for doubles
constexpr std::size_t kMostLeft = 300;     // boxes of a sample
constexpr double kUsualNms = 0.7;

/// A table of numbers: rows by columns.
struct Table {
    std::vector<float> numbers;
    std::size_t rows = 0, columns = 0;
    [[nodiscard]] double at(std::size_t row, std::size_t column) const { return numbers[row * columns + column]; }
};

/// What of an output is the i-th sample's, where outputs of a full sample have so many axes; without an axis for samples all is of one.
Table table_of(const Tensor& output, std::size_t i, std::uint64_t batch) {
    const bool batched = output.dims.size() == 3;
    const Tensor part = batched ? sample_part(output, i, batch) : output;
    if (part.dims.size() != 2) throw Error(ErrorKind::bad_data, fmt::format("an output of shape {} holds no boxes", shape_text(output)));
    return {scores_of(part), static_cast<std::size_t>(part.dims[0]), static_cast<std::size_t>(part.dims[1])};
}

/// One number a box.
std::vector<float> column_of(const Tensor& output, std::size_t i, std::uint64_t batch) {
    return scores_of(output.dims.size() == 2 ? sample_part(output, i, batch) : output);
}

Table turned(const Table& table) {
    Table other{std::vector<float>(table.numbers.size()), table.columns, table.rows};
    for (std::size_t r = 0; r < table.rows; ++r)
        for (std::size_t c = 0; c < table.columns; ++c) other.numbers[c * table.rows + r] = table.numbers[r * table.columns + c];
    return other;
}

Box corners(const Table& table, std::size_t row, std::size_t from, const std::string& format) {
    const double a = table.at(row, from), b = table.at(row, from + 1), c = table.at(row, from + 2), d = table.at(row, from + 3);
    if (format == "cxcywh") return {a - c / 2, b - d / 2, a + c / 2, b + d / 2};
    if (format == "xywh") return {a, b, a + c, b + d};
    if (format == "yxyx") return {b, a, d, c};
    return {a, b, c, d};
}

/// Rows and columns of an output, whatever axis counts samples.
std::pair<std::int64_t, std::int64_t> last_two(const Tensor& output) {
    const auto rank = output.dims.size();
    return rank < 2 ? std::pair<std::int64_t, std::int64_t>{0, 0} : std::pair{output.dims[rank - 2], output.dims[rank - 1]};
}

/// The outputs beside boxes: [.., M] or [.., M, C] of scores, [.., M] of classes, told apart by type and name.
struct Beside {
    std::string scores, classes;
};

Beside beside(const FirstAnswer& first, const Tensor& boxes) {
    const std::int64_t rows = last_two(boxes).first;
    Beside found;
    std::string spare;
    for (const auto& [name, output] : first.outputs.all) {
        if (name == first.scores || bits(output.type) == 0) continue;
        const bool matrix = output.dims.size() == boxes.dims.size() && last_two(output).first == rows && is_floating(output.type);
        const bool column = output.dims.size() + 1 == boxes.dims.size() && !output.dims.empty() && output.dims.back() == rows;
        if (!matrix && !column) continue;
        const std::string word = lower(name);
        const bool classes = column && (is_integer_or_bool(output.type) || word.find("class") != std::string::npos || word.find("label") != std::string::npos);
        std::string& place = classes ? found.classes : found.scores;
        (place.empty() ? place : spare) = name;
    }
    return found;
}

std::string boxes_format(const Reading& reading, const char* usual) { return reading.spec.box_format.empty() ? usual : reading.spec.box_format; }

/// Each class from the least score on is a box of its own, as in COCO's evaluations of YOLO.
void add_classes(std::vector<Box>& boxes, Box box, const Table& table, std::size_t row, std::size_t from, double factor, double least) {
    for (std::size_t c = from; c < table.columns; ++c) {
        box.score = factor * table.at(row, c);
        box.class_index = static_cast<std::int64_t>(c - from);
        if (box.score >= least) boxes.push_back(box);
    }
}

std::vector<Box> of_yolo(const RunOutputs& outputs, std::size_t i, const Reading& reading) {
    const bool objectness = reading.head == "yolov5";
    Table table = table_of(output_named(outputs, reading.scores), i, outputs.batch);
    if (!objectness && !reading.channels_last) table = turned(table);
    std::vector<Box> boxes;
    for (std::size_t row = 0; row < table.rows; ++row) {
        const double factor = objectness ? table.at(row, 4) : 1;
        if (factor < reading.spec.confidence) continue;
        add_classes(boxes, corners(table, row, 0, boxes_format(reading, "cxcywh")), table, row, objectness ? 5 : 4, factor, reading.spec.confidence);
    }
    return boxes;
}

std::vector<Box> of_ends(const RunOutputs& outputs, std::size_t i, const Reading& reading) {
    const bool batched = reading.head == "batched";
    const Table table = table_of(output_named(outputs, reading.scores), i, outputs.batch);
    std::vector<Box> boxes;
    for (std::size_t row = 0; row < table.rows; ++row) {
        if (batched && table.at(row, 0) != static_cast<double>(i)) continue;
        Box box = corners(table, row, batched ? 1 : 0, boxes_format(reading, "xyxy"));
        box.score = table.at(row, batched ? 6 : 4);
        box.class_index = std::llround(table.at(row, 5));
        boxes.push_back(box);
    }
    return boxes;
}

std::vector<Box> of_parts(const RunOutputs& outputs, std::size_t i, const Reading& reading) {
    const Table places = table_of(output_named(outputs, reading.scores), i, outputs.batch);
    const Tensor& scores = output_named(outputs, reading.box_scores);
    std::vector<Box> boxes;
    if (reading.box_classes.empty()) {
        const Table table = table_of(scores, i, outputs.batch);
        for (std::size_t row = 0; row < std::min(table.rows, places.rows); ++row)
            add_classes(boxes, corners(places, row, 0, boxes_format(reading, "xyxy")), table, row, 0, 1, reading.spec.confidence);
        return boxes;
    }
    const bool batched = output_named(outputs, reading.scores).dims.size() == 3;
    const std::vector<float> own = batched ? column_of(scores, i, outputs.batch) : scores_of(scores);
    const Tensor& classes = output_named(outputs, reading.box_classes);
    const std::vector<float> kinds = batched ? column_of(classes, i, outputs.batch) : scores_of(classes);
    for (std::size_t row = 0; row < std::min({places.rows, own.size(), kinds.size()}); ++row) {
        Box box = corners(places, row, 0, boxes_format(reading, "xyxy"));
        box.score = own[row];
        box.class_index = std::llround(kinds[row]);
        boxes.push_back(box);
    }
    return boxes;
}

/// The graph leaves several boxes on one object.
bool leaves_doubles(const Reading& reading) {
    return reading.head == "yolov5" || reading.head == "yolov8" || (reading.head == "boxes" && reading.box_classes.empty());
}

bool is_sound(const Box& box) {
    return std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.right) && std::isfinite(box.bottom) && std::isfinite(box.score);
}

/// The last of six numbers is a class: whole, and the four corners are in order. Two scores of a head without an end seldom are.
bool are_ends(const Tensor& output) {
    const std::vector<float> numbers = scores_of(output);
    bool any = false;
    for (std::size_t at = 0; at + 6 <= numbers.size(); at += 6) {
        const float kind = numbers[at + 5], score = numbers[at + 4];
        if (!std::isfinite(kind) || kind != std::floor(kind)) return false;
        if (score <= 0) continue;
        any = true;
        if (numbers[at + 2] < numbers[at] || numbers[at + 3] < numbers[at + 1]) return false;
    }
    return any || std::all_of(numbers.begin(), numbers.end(), [](float each) { return each == 0; });
}

}  // namespace

std::string head_of(const FirstAnswer& first, std::size_t classes) {
    const auto found = first.outputs.all.find(first.scores);
    if (found == first.outputs.all.end() || !is_floating(found->second.type)) return {};
    const Tensor& output = found->second;
    const auto [rows, columns] = last_two(output);
    const bool three = output.dims.size() == 3 && output.dims[0] == static_cast<std::int64_t>(first.outputs.batch);
    const bool two = output.dims.size() == 2 && first.outputs.batch == 1;
    const auto known = static_cast<std::int64_t>(classes);
    std::vector<std::string> possible;
    if (output.dims.size() == 2 && columns == 7) possible.emplace_back("batched");
    if ((three || two) && columns == 4) {
        const Beside others = beside(first, output);
        if (!others.scores.empty()) possible.emplace_back("boxes");
    }
    const std::string& wanted = first.spec->head;
    if ((three || two) && columns == 6 && rows <= kMostEnds && (wanted == "end-to-end" || are_ends(output))) possible.emplace_back("end-to-end");
    if (three && columns > 5 && columns < rows && (known == 0 || columns == known + 5)) possible.emplace_back("yolov5");
    const bool last = columns > 4 && (known > 0 ? columns == known + 4 : wanted == "yolov8" && columns < rows);
    if (three && ((rows > 4 && rows < columns && (known == 0 || rows == known + 4)) || last)) possible.emplace_back("yolov8");
    if (!wanted.empty()) return std::find(possible.begin(), possible.end(), wanted) == possible.end() ? std::string() : wanted;
    return possible.empty() ? std::string() : possible.front();
}

void settle_head(const FirstAnswer& first, Reading& reading) {
    reading.head = head_of(first, reading.names.size());
    const Tensor& output = output_named(first.outputs, first.scores);
    const auto [rows, columns] = last_two(output);
    const auto known = static_cast<std::int64_t>(reading.names.size());
    reading.channels_last = known > 0 ? columns == known + 4 : reading.head == "yolov8" && columns < rows;
    if (reading.head == "boxes") {
        const Beside others = beside(first, output);
        reading.box_scores = others.scores;
        reading.box_classes = others.classes;
    }
    reading.normalised = false;
    const std::vector<Box> boxes = read_boxes(first.outputs, 0, reading);
    double largest = 0;
    for (const Box& box : boxes) largest = std::max({largest, std::abs(box.right), std::abs(box.bottom)});
    reading.normalised = !boxes.empty() && largest <= 2;
}

std::vector<Box> read_boxes(const RunOutputs& outputs, std::size_t i, const Reading& reading) {
    std::vector<Box> boxes = reading.head == "boxes"   ? of_parts(outputs, i, reading)
                             : leaves_doubles(reading) ? of_yolo(outputs, i, reading)
                                                       : of_ends(outputs, i, reading);
    std::erase_if(boxes, [&](const Box& box) { return !is_sound(box) || box.score < reading.spec.confidence; });
    for (Box& box : boxes) box.class_index -= reading.spec.first_class;
    std::stable_sort(boxes.begin(), boxes.end(), [](const Box& a, const Box& b) { return a.score > b.score; });
    if (boxes.size() > kMostBoxes) boxes.resize(kMostBoxes);
    if (leaves_doubles(reading) || reading.spec.nms_iou) boxes = without_doubles(std::move(boxes), reading.spec.nms_iou.value_or(kUsualNms));
    if (boxes.size() > kMostLeft) boxes.resize(kMostLeft);
    return boxes;
}

}  // namespace vernier
