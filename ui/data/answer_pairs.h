// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/data/dataset.h"
#include "core/evidence/tasks/kind.h"

namespace vernier::ui {

/// How the answers of two models to a sample stand to each other. Where there is no right or wrong but more or less, rightBoth is
/// alike, lost worse and gained better; without targets rightBoth is the same answer and lost another one.
enum class Stand { rightBoth, lost, gained, wrongBoth };

/// By what answers are told apart.
enum class Judged { rightOrWrong, moreOrLess, sameOrNot };

struct AnswerPair {
    std::uint64_t sample = 0;  ///< in the validation split
    Stand stand = Stand::rightBoth;
    double change = 0;  ///< of how good the answer is; below 0: worse
    SampleTarget truth = {}, before = {}, after = {};
    QString truthText = {}, beforeText = {}, afterText = {};
};

struct AnswerPairs {
    Task task = Task::none;
    Judged judged = Judged::sameOrNot;
    Reading reading = {};
    QVector<AnswerPair> pairs = {};  ///< the most changed first, worse before better
    [[nodiscard]] int count(Stand stand) const;
};

/// What is to be read, and by what.
struct PairsRequest {
    std::filesystem::path folder;  ///< of kept answers (ui/session/answer_keeper.h)
    std::string output;            ///< that holds the scores
    Task task = Task::none;
    bool classifies = false;
    int rank = -1;  ///< of that output in the model's declaration; -1: not known
};

/// Reads both models' answers as the task does. Throws Error{bad_data}.
[[nodiscard]] AnswerPairs readAnswerPairs(const PairsRequest& request, const Dataset& dataset, const Job& job);

/// Of a box of an answer: from here on it is drawn and counted, as for agreement.
inline constexpr double kSureBox = 0.25;

}  // namespace vernier::ui
