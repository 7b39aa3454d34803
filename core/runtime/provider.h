// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "core/runtime/runtime.h"

namespace vernier {

/// The provider option that names a plug-in library, which brings the provider; it is not handed on.
inline constexpr const char* kPlugInOption = "ep_library";

[[nodiscard]] inline bool is_on_cpu(const Target& target) { return target.provider == Target{}.provider; }
/// For what is looked at and not timed: values that are observed, types, half precision.
[[nodiscard]] Target on_cpu(Target target);

/// Execution provider and its options as a user writes them: "openvino:device_type=CPU,num_streams=1". A part without "=" belongs to the
/// value in front of it, so that values may hold commas. Keeps all else of the target. Throws Error{usage}.
[[nodiscard]] Target with_provider(Target target, std::string_view text);

/// The target with its provider as this library spells it ("openvino" becomes "OpenVINO"), or with the one that its plug-in library brings,
/// once a session was opened on it: nothing runs on another provider instead. Throws Error{runtime_missing} where the library lacks the
/// provider, or the provider has no device or does not take the options.
[[nodiscard]] Target checked_target(const RuntimePtr& runtime, Target target);

/// "OpenVINO" of "OpenVINOExecutionProvider".
[[nodiscard]] std::string short_provider_name(std::string name);

/// "CPU", "OpenVINO (device_type=CPU)".
[[nodiscard]] std::string provider_text(const Target& target);

}  // namespace vernier
