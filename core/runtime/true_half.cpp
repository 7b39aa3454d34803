// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/true_half.h"

#include <utility>
#include <vector>

#include "core/runtime/detail/pass_through.h"

namespace vernier {

namespace {

class HalfOnlooker final : public detail::Onlooker {
public:
    HalfOnlooker(std::vector<std::string> names, HalfObserver observer) : names_(std::move(names)), observer_(std::move(observer)) {}

    void see(std::size_t id, const void* values, std::size_t count, std::span<const std::int64_t>) override {
        observer_(names_[id], {static_cast<const std::uint16_t*>(values), count});
    }

private:
    std::vector<std::string> names_;
    HalfObserver observer_;
};

}  // namespace

std::unique_ptr<Session> open_in_true_half(RuntimePtr runtime, std::shared_ptr<const onnx::ModelProto> model, const RunOptions& options,
                                           const std::set<std::string>& tensors, HalfObserver observer) {
    // An operator that only takes half: a float tensor must be rounded in front of it, and no optimization removes it.
    detail::PassThrough passing{"Half", ElementType::float16, {}, nullptr};
    for (const std::string& name : tensors) {
        passing.ids.emplace(name, passing.ids.size());
    }
    if (observer) {
        passing.onlooker = std::make_unique<HalfOnlooker>(std::vector<std::string>(tensors.begin(), tensors.end()), std::move(observer));
    }
    return detail::open_passing(std::move(runtime), std::move(model), {}, options, std::move(passing));
}

}  // namespace vernier
