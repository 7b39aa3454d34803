// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/amended.h"

#include <utility>
#include <vector>

#include "core/runtime/detail/pass_through.h"

namespace vernier {

namespace {

class Amenders final : public detail::Onlooker {
public:
    explicit Amenders(std::vector<Amender> amenders) : amenders_(std::move(amenders)) {}

    void see(std::size_t id, void* values, std::size_t count, std::span<const std::int64_t> dims) override {
        amenders_[id]({static_cast<float*>(values), count}, dims);
    }

private:
    std::vector<Amender> amenders_;
};

}  // namespace

std::unique_ptr<Session> open_amended(RuntimePtr runtime, std::shared_ptr<const onnx::ModelProto> model, const std::filesystem::path& folder,
                                      const Target& target, const std::map<std::string, Amender>& amenders) {
    detail::PassThrough passing{"Amend", ElementType::float32, {}, nullptr};
    std::vector<Amender> ordered;
    for (const auto& [name, amender] : amenders) {
        passing.ids.emplace(name, ordered.size());
        ordered.push_back(amender);
    }
    passing.onlooker = std::make_unique<Amenders>(std::move(ordered));
    return detail::open_passing(std::move(runtime), std::move(model), folder, target, std::move(passing));
}

}  // namespace vernier
