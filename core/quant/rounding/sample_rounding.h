// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/quant/methods/block_codes.h"
#include "core/quant/methods/weights_int8.h"
#include "core/quant/rounding/moments.h"

namespace vernier {

/// What samples showed of the inputs of a product: by some the codes are chosen, by the others they are held against nearest ones.
struct SeenInputs {
    Moments fit, held_out;
};

/// A weight that is stored in 4 bits.
struct Int4Source {
    std::span<const float> values;
    WeightWalk walk;
    BlockForm form;
    bool centered = false;  ///< a bias gives the mean back
};

/// Codes of weights that are chosen by what samples showed. A row (an output channel) keeps its nearest codes where the others do not
/// lower the error of its output on the samples that were held out.
class SampleRounding {
public:
    /// Before it is used: what item reads, and how its weight lies.
    void learn(int item, std::shared_ptr<const SeenInputs> seen, const WeightWalk& walk);
    /// The mean of each channel of a tensor in the quantized model, where it was measured.
    void set_mean(const std::string& tensor, std::vector<double> mean) { means_[tensor] = std::move(mean); }
    void forget_means() { means_.clear(); }
    [[nodiscard]] const std::vector<double>& mean(const std::string& tensor) const;
    /// Nothing was learned.
    [[nodiscard]] bool empty() const { return known_.empty(); }

    /// Biases stay as they are: giving back what rounding takes from them does not help the model.
    void keep_biases(bool keep) { keeps_biases_ = keep; }
    [[nodiscard]] bool keeps_biases() const { return keeps_biases_; }

    /// Changes codes of an INT8 weight, whose scales stand. The weight may have grown by channels of zeros since it was learned. centered:
    /// a bias gives the mean back.
    void round(int item, const std::vector<float>& values, const WeightWalk& walk, bool centered, Int8Weight& weight) const;
    /// Codes of an INT4 weight in the place of the nearest ones, and where the blocks lie along what an output channel reads, their scales too.
    /// values are those of codes, element for element; walk says how they lie.
    void round(int item, const Int4Source& source, BlockCodes& codes) const;

private:
    struct Known {
        std::shared_ptr<const SeenInputs> seen;
        WeightWalk walk;
    };
    /// What was computed once: a file is written several times.
    struct Int8Done {
        Int8Weight before;
        bool centered = false;
        std::vector<std::int8_t> codes;
    };
    struct Int4Done {
        BlockCodes before;
        bool centered = false;
        BlockCodes after;
    };

    std::map<int, Known> known_;
    std::map<std::string, std::vector<double>> means_;
    bool keeps_biases_ = false;
    mutable std::mutex mutex_;
    mutable std::map<int, Int8Done> int8_;
    mutable std::map<int, Int4Done> int4_;
};

}  // namespace vernier
