// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/provider_options.h"

#include <map>
#include <system_error>

#include "app/cli/options.h"

namespace vernier::cli {

void ProviderOptions::declare(OptionSet& options) {
    options.text("--provider", provider, "NAME[:KEY=VALUE,...]",
                 "Execution provider that runs the model: cpu (default), openvino, cuda, tensorrt, xnnpack or another one of the runtime");
    options.text("--ep-library", ep_library, "PATH", "Plug-in library of an execution provider; without --provider its first one is used");
}

Target ProviderOptions::read(const RuntimePtr& runtime, const Target& target) const {
    Target chosen = provider.empty() ? target : with_provider(target, provider);
    const bool asks_for_cpu = !provider.empty() && is_on_cpu(chosen);
    if (!ep_library.empty() && !asks_for_cpu) chosen.provider_options[kPlugInOption] = ep_library;
    return checked_target(runtime, std::move(chosen));
}

std::vector<TargetedModel> ProviderOptions::read(const RuntimePtr& runtime, const std::vector<std::string>& words, const Target& target) const {
    std::vector<TargetedModel> models;
    std::map<std::string, Target> known;
    for (const std::string& word : words) {
        std::error_code ignored;
        const std::size_t at = std::filesystem::exists(word, ignored) ? std::string::npos : word.rfind('@');
        ProviderOptions own = *this;
        if (at != std::string::npos) own.provider = word.substr(at + 1);
        auto found = known.find(own.provider);
        if (found == known.end()) found = known.emplace(own.provider, own.read(runtime, target)).first;
        models.push_back({word.substr(0, at), found->second});
    }
    return models;
}

}  // namespace vernier::cli
