// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/layers/detail/borders.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace vernier::detail {
namespace {

/// Executed nodes that compute, next to each other or with conversions only between them, and in one form: they share their borders.
class Islands {
public:
    explicit Islands(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0); }
    int find(int k) {
        while (parent_[place(k)] != k) k = parent_[place(k)] = parent_[place(parent_[place(k)])];
        return k;
    }
    void join(int a, int b) { parent_[place(find(a))] = find(b); }

private:
    static std::size_t place(int k) { return static_cast<std::size_t>(k); }
    std::vector<int> parent_;
};

class Borders {
public:
    Borders(const RunGraph& run, const std::vector<Form>& forms)
        : run_(run), forms_(forms), islands_(run.nodes().size()), ms_(run.nodes().size()), in_(run.nodes().size()), out_(run.nodes().size()),
          up_(run.nodes().size()), down_(run.nodes().size()) {
        see();
        join();
    }

    std::vector<std::vector<int>> causes() {
        std::vector<std::vector<int>> found(run_.nodes().size());
        for (std::size_t k = 0; k < found.size(); ++k) {
            if (!forms_[k].conversion) continue;
            std::set<int> all = causes_of(k);
            if (all.empty()) all = causes_of_readers_beside(k);
            found[k].assign(all.begin(), all.end());
        }
        return found;
    }

private:
    [[nodiscard]] const Form& form(int k) const { return forms_[static_cast<std::size_t>(k)]; }

    /// What computes above and below each node, through conversions. Nodes stand behind what they read.
    void see() {
        const auto count = static_cast<int>(run_.nodes().size());
        for (int k = 0; k < count; ++k) {
            for (const int input : run_.nodes()[static_cast<std::size_t>(k)].inputs) {
                const int maker = run_.tensors()[static_cast<std::size_t>(input)].producer;
                if (maker >= 0) add(maker, up_, up_[static_cast<std::size_t>(k)]);
            }
        }
        for (int k = count - 1; k >= 0; --k) {
            for (const int output : run_.nodes()[static_cast<std::size_t>(k)].outputs)
                for (const int reader : run_.tensors()[static_cast<std::size_t>(output)].consumers) add(reader, down_, down_[static_cast<std::size_t>(k)]);
        }
    }

    void add(int next, const std::vector<std::set<int>>& beyond, std::set<int>& to) const {
        if (!form(next).conversion) {
            to.insert(next);
        } else {
            const std::set<int>& more = beyond[static_cast<std::size_t>(next)];
            to.insert(more.begin(), more.end());
        }
    }

    void join() {
        const auto count = static_cast<int>(run_.nodes().size());
        for (int k = 0; k < count; ++k)
            if (!form(k).conversion)
                for (const int above : up_[static_cast<std::size_t>(k)])
                    if (form(above).level == form(k).level) islands_.join(above, k);
        for (int k = 0; k < count; ++k) {
            if (form(k).conversion) continue;
            const auto island = static_cast<std::size_t>(islands_.find(k));
            ms_[island] += form(k).ms;
            for (const int above : up_[static_cast<std::size_t>(k)]) {
                if (form(above).level == form(k).level) continue;
                in_[island] = true;
                out_[static_cast<std::size_t>(islands_.find(above))] = true;
            }
        }
    }

    std::set<int> causes_of(std::size_t k) {
        const std::set<int>&above = up_[k], &below = down_[k];
        // What measures its own input converts for those that read it.
        if (above.empty() || run_.nodes()[k].proto->op_type() == "DynamicQuantizeLinear") return below.empty() ? above : highest(below);
        if (below.empty()) return above;
        std::set<int> found;
        for (const int maker : above)
            for (const int reader : below) found.insert(cause(maker, reader));
        return found;
    }

    /// What nothing reads is there for those that read its input too.
    [[nodiscard]] std::set<int> causes_of_readers_beside(std::size_t k) const {
        std::set<int> found;
        for (const int input : run_.nodes()[k].inputs)
            for (const int reader : run_.tensors()[static_cast<std::size_t>(input)].consumers) add(reader, down_, found);
        return found;
    }

    /// At the model's input: those that need the other form, not those that take it as it comes.
    [[nodiscard]] std::set<int> highest(const std::set<int>& nodes) const {
        int level = 0;
        for (const int k : nodes) level = std::max(level, form(k).level);
        std::set<int> found;
        for (const int k : nodes)
            if (form(k).level == level) found.insert(k);
        return found;
    }

    int cause(int maker, int reader) {
        if (form(maker).level == form(reader).level) return reader;
        const auto a = static_cast<std::size_t>(islands_.find(maker)), b = static_cast<std::size_t>(islands_.find(reader));
        const bool one = in_[a] && out_[a], other = in_[b] && out_[b];
        if (one && other) return ms_[a] < ms_[b] ? maker : reader;
        if (one != other) return one ? maker : reader;
        return form(maker).level > form(reader).level ? maker : reader;
    }

    const RunGraph& run_;
    const std::vector<Form>& forms_;
    Islands islands_;
    std::vector<double> ms_;      ///< by root of an island
    std::vector<bool> in_, out_;  ///< it has a border in front, behind
    std::vector<std::set<int>> up_, down_;
};

}  // namespace

std::vector<std::vector<int>> causes(const RunGraph& run, const std::vector<Form>& forms) { return Borders(run, forms).causes(); }

}  // namespace vernier::detail
