// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/model/model.h"
#include "core/quant/method.h"

namespace vernier {

/// What is wrong with a selector, and where. As an Error it names the selector, too: "selector 'op:Conv and', column 12: ...".
class SelectorError : public Error {
public:
    /// column: from 1 on.
    SelectorError(std::string_view selector, std::size_t column, std::string_view problem, const std::string& remedy);
    /// "column 12: a term is missing at the end", for where the selector itself is to be seen.
    [[nodiscard]] const std::string& at_column() const { return at_column_; }

private:
    std::string at_column_;
};

/// The selection language, one grammar for CLI, filter lines and rules:
///   op:Conv   op:Conv,Gemm   name:"features.0*"   #12   #3..9   block:features.4   up:(...)   down:(...)
///   weight>1MB   macs>1M   params>10k   method:int8-static   depthwise   all   and or not ( )
/// A bare word matches names and op types that contain it. Names and ops match with * and ?; case matters not for op and
/// for bare words. Two terms side by side mean "and". up:X is X and all that X needs; down:X is X and all that needs X.
/// The whole of it is in docs/recipes.md.
class Selector {
public:
    /// Throws SelectorError, an Error{usage} whose text points at the column.
    static Selector parse(std::string_view text);

    /// One flag a node, by NodeId. methods may be empty (then method:... matches nothing).
    [[nodiscard]] std::vector<bool> match(const Model& model, const std::vector<Method>& methods = {}) const;
    /// Near op types, names or ids for a selector that matched nothing: "did you mean op:Conv?"; empty when none is near.
    [[nodiscard]] std::string suggestion(const Model& model) const;
    [[nodiscard]] const std::string& text() const { return text_; }
    /// The node of a selector that is nothing but "#12"; kNone for all others.
    [[nodiscard]] NodeId single_id() const;
    /// First and last node of a selector that is nothing but "#12" or "#3..9"; nothing for all others.
    [[nodiscard]] std::optional<std::pair<NodeId, NodeId>> id_range() const;

    struct Term;

private:
    std::string text_;
    std::shared_ptr<const Term> root_;
};

/// Words that could stand in the place of the unfinished word at the end of text ("op:Co" -> "op:Conv", ...), for
/// completion in a filter line; at most 50.
[[nodiscard]] std::vector<std::string> completions(std::string_view text, const Model& model);

}  // namespace vernier
