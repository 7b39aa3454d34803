// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/processors.h"

#include <sched.h>

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>

namespace vernier {
namespace {

/// A mask that is wide enough for machines with more than 1,024 processors.
class Mask {
public:
    explicit Mask(int processors)
        : processors_(processors), bytes_(CPU_ALLOC_SIZE(static_cast<std::size_t>(processors))), set_(CPU_ALLOC(static_cast<std::size_t>(processors))) {
        if (set_ != nullptr) CPU_ZERO_S(bytes_, set_);
    }
    Mask(const Mask&) = delete;
    Mask& operator=(const Mask&) = delete;
    ~Mask() {
        if (set_ != nullptr) CPU_FREE(set_);
    }
    [[nodiscard]] bool read() { return set_ != nullptr && ::sched_getaffinity(0, bytes_, set_) == 0; }
    [[nodiscard]] bool apply(pid_t thread) const { return set_ != nullptr && ::sched_setaffinity(thread, bytes_, set_) == 0; }
    void add(int cpu) {
        if (set_ != nullptr && cpu >= 0 && cpu < processors_) CPU_SET_S(static_cast<std::size_t>(cpu), bytes_, set_);
    }
    [[nodiscard]] bool has(int cpu) const { return CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes_, set_) != 0; }

private:
    int processors_;
    std::size_t bytes_;
    cpu_set_t* set_;
};

constexpr int kMostProcessors = 8192;

}  // namespace

std::vector<int> usable_processors() {
    std::vector<int> usable;
    Mask mask(kMostProcessors);
    if (!mask.read()) return usable;
    for (int cpu = 0; cpu < kMostProcessors; ++cpu)
        if (mask.has(cpu)) usable.push_back(cpu);
    return usable;
}

bool pin_process(const std::vector<int>& cpus) {
    if (cpus.empty()) return false;
    Mask mask(kMostProcessors);
    for (const int cpu : cpus) mask.add(cpu);
    bool all = true;
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", problem)) {
        const std::string name = entry.path().filename().string();
        pid_t thread = 0;
        std::from_chars(name.data(), name.data() + name.size(), thread);
        all = mask.apply(thread) && all;
    }
    return all && !problem;
}

std::vector<std::vector<int>> processor_sets(const std::vector<int>& usable, int threads) {
    if (usable.empty()) return {};
    const std::size_t size = threads <= 0 ? usable.size() : static_cast<std::size_t>(threads);
    if (2 * size > usable.size()) return {usable};
    std::vector<std::vector<int>> sets;
    for (std::size_t at = 0; at + size <= usable.size(); at += size)
        sets.emplace_back(usable.begin() + static_cast<std::ptrdiff_t>(at), usable.begin() + static_cast<std::ptrdiff_t>(at + size));
    return sets;
}

}  // namespace vernier
