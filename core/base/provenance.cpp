// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/provenance.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <utility>

#include "core/base/json_number.h"

namespace vernier {
namespace {

constexpr std::array kFlagsThatMatter = {"avx2",        "avx512f",  "avx512bw", "avx512_vnni", "avx_vnni", "avx512_bf16",
                                         "avx512_fp16", "amx_int8", "f16c",     "asimddp",     "i8mm"};

void read_cpu_info(Host& host) {
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line)) {
        const auto colon = line.find(':');
        if (colon == std::string::npos || colon + 2 > line.size()) continue;
        const std::string value = line.substr(colon + 2);
        if (line.starts_with("model name") && host.cpu.empty()) host.cpu = value;
        if ((line.starts_with("flags") || line.starts_with("Features")) && host.cpu_flags.empty()) {
            const std::string padded = " " + value + " ";
            for (const char* flag : kFlagsThatMatter)
                if (padded.find(std::string(" ") + flag + " ") != std::string::npos) host.cpu_flags.emplace_back(flag);
            break;
        }
    }
}

}  // namespace

Host this_host() {
    Host host;
    std::array<char, 256> buffer{};
    if (::gethostname(buffer.data(), buffer.size() - 1) == 0) host.name = buffer.data();
    read_cpu_info(host);
    cpu_set_t set;
    CPU_ZERO(&set);
    host.cores = ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    utsname system{};
    if (::uname(&system) == 0) host.os = std::string(system.sysname) + " " + system.release;
    std::ifstream("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") >> host.governor;
    std::array<double, 1> load{};
    if (::getloadavg(load.data(), 1) == 1) host.load = load[0];
    return host;
}

std::string int8_flags(const Host& host) {
    constexpr std::array<std::pair<const char*, const char*>, 7> kBestFirst = {{{"amx_int8", "AMX-INT8"},
                                                                                {"avx512_vnni", "AVX512-VNNI"},
                                                                                {"avx_vnni", "AVX-VNNI"},
                                                                                {"avx512f", "AVX-512, no VNNI"},
                                                                                {"avx2", "AVX2, no VNNI"},
                                                                                {"i8mm", "I8MM"},
                                                                                {"asimddp", "dot product"}}};
    for (const auto& [flag, words] : kBestFirst)
        if (std::find(host.cpu_flags.begin(), host.cpu_flags.end(), flag) != host.cpu_flags.end()) return words;
    return {};
}

Json to_json(const Host& host) {
    return {{"name", host.name}, {"cpu", host.cpu},           {"cores", host.cores},           {"cpu_flags", host.cpu_flags},
            {"os", host.os},     {"governor", host.governor}, {"load", number_json(host.load)}};
}

Host host_from_json(const Json& json) {
    Host host;
    host.name = json.value("name", "");
    host.cpu = json.value("cpu", "");
    host.cores = json.value("cores", 0);
    host.cpu_flags = json.value("cpu_flags", std::vector<std::string>{});
    host.os = json.value("os", "");
    host.governor = json.value("governor", "");
    host.load = optional_number(json, "load").value_or(0);
    return host;
}

std::string now_iso8601() {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    std::array<char, 64> buffer{};
    std::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%S%z", &local);
    return buffer.data();
}

std::uint64_t peak_rss_bytes() {
    // VmHWM belongs to this program; ru_maxrss carries over the peak of the process that started it.
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        std::uint64_t kilobytes = 0;
        if (word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024;
    }
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace vernier
