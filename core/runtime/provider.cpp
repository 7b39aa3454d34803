// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/provider.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>

#include "core/runtime/detail/append_provider.h"
#include "core/runtime/detail/plug_in.h"

namespace vernier {

namespace {

/// A model that every provider opens, whichever nodes it takes: y = x + x.
onnx::ModelProto smallest_model() {
    onnx::ModelProto model;
    model.set_ir_version(8);
    model.add_opset_import()->set_version(13);
    onnx::GraphProto& graph = *model.mutable_graph();
    graph.set_name("smallest");
    onnx::NodeProto& node = *graph.add_node();
    node.set_op_type("Add");
    const std::string x("input"), y("output");
    node.add_input(x);
    node.add_input(x);
    node.add_output(y);
    for (const auto& [port, name] : {std::pair{graph.add_input(), x}, std::pair{graph.add_output(), y}}) {
        port->set_name(name);
        onnx::TypeProto::Tensor& type = *port->mutable_type()->mutable_tensor_type();
        type.set_elem_type(onnx::TensorProto::FLOAT);
        type.mutable_shape()->add_dim()->set_dim_value(4);
    }
    return model;
}

/// The provider that a plug-in brings: the one that was asked for, or where none was its first.
std::string brought_provider(const detail::Library& library, const Target& target) {
    const std::vector<std::string> brought = detail::plug_in_providers(library, detail::plug_in_of(target));
    const auto found = std::find_if(brought.begin(), brought.end(),
                                    [&](const std::string& each) { return is_on_cpu(target) || detail::same_provider(each, target.provider); });
    if (found != brought.end()) return *found;
    throw Error(ErrorKind::runtime_missing,
                brought.empty() ? std::string("this plug-in has a provider for no device of this machine")
                                : fmt::format("this plug-in has no provider \"{}\": it has {}", target.provider, fmt::join(brought, ", ")),
                {.file = detail::plug_in_of(target)}, "Nothing was run on the CPU instead. Leave --ep-library out, or give another one.");
}

[[noreturn]] void refuse(std::string_view text, const std::string& what) {
    throw Error(ErrorKind::usage, fmt::format("provider \"{}\": {}", text, what), {},
                "Write NAME or NAME:KEY=VALUE,KEY=VALUE, for example openvino:device_type=CPU.");
}

/// A part without "=" belongs to the value in front of it.
void read_options(Target& target, std::string_view text, std::string_view rest) {
    std::string* value = nullptr;
    for (bool more = true; more;) {
        const std::size_t comma = rest.find(',');
        const std::string part(rest.substr(0, comma));
        more = comma != std::string_view::npos;
        if (more) rest.remove_prefix(comma + 1);
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos && value != nullptr) {
            value->append(",").append(part);
        } else if (equals == std::string::npos || equals == 0) {
            refuse(text, fmt::format("\"{}\" is not KEY=VALUE", part));
        } else {
            const auto [place, added] = target.provider_options.emplace(part.substr(0, equals), part.substr(equals + 1));
            if (!added) refuse(text, fmt::format("{} is given twice", place->first));
            value = &place->second;
        }
    }
}

}  // namespace

Target on_cpu(Target target) {
    target.provider = Target{}.provider;
    target.provider_options.clear();
    return target;
}

Target with_provider(Target target, std::string_view text) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    target.provider = short_provider_name(std::string(text.substr(0, colon)));
    target.provider_options.clear();
    if (target.provider.empty()) refuse(text, "it has no name");
    if (detail::same_provider(target.provider, Target{}.provider)) target.provider = Target{}.provider;
    if (colon < text.size()) read_options(target, text, text.substr(colon + 1));
    if (is_on_cpu(target) && !target.provider_options.empty()) refuse(text, "the CPU's provider takes no options");
    return target;
}

Target checked_target(const RuntimePtr& runtime, Target target) {
    const detail::Library& library = detail::library_of(*runtime);
    target.provider = detail::plug_in_of(target).empty() ? detail::spelled_provider(library, target.provider) : brought_provider(library, target);
    if (is_on_cpu(target)) return target;
    const std::string bytes = detail::serialized(smallest_model());
    const detail::SessionOptionsHandle options = detail::session_options(library, target);
    (void)detail::take_logged_error();
    try {
        (void)detail::open_bytes(library, std::as_bytes(std::span(bytes)), {}, options.get());
    } catch (const Error& error) {
        throw detail::unusable_provider(library, target.provider, error.what());
    }
    return target;
}

std::string short_provider_name(std::string name) {
    constexpr std::string_view suffix = "ExecutionProvider";
    if (name.size() > suffix.size() && name.ends_with(suffix)) name.resize(name.size() - suffix.size());
    return name;
}

std::string provider_text(const Target& target) {
    std::string options;
    for (const auto& [key, value] : target.provider_options)
        if (key != kPlugInOption) options += fmt::format("{}{}={}", options.empty() ? "" : ", ", key, value);
    return options.empty() ? target.provider : fmt::format("{} ({})", target.provider, options);
}

}  // namespace vernier
