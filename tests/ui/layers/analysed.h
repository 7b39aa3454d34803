// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/layers/layers.h"
#include "tests/ui/small_session.h"

namespace vernier::test {

/// Evidence of the small net with all in INT8 static: regions {0, 1}, {2} and {5} with 10, 60 and 30 % of the error alone, of
/// which the head (5) is slower than FP32; nodes 3 and 4 are in no region.
Layers small_layers();

/// A script in vernier-cli's place, as long as it lives: but for `inspect`, which the session asks for by itself, it writes its words into words.txt of the
/// folder and gives what the shell commands of body say.
class ScriptedCli {
public:
    ScriptedCli(const TempDir& folder, const std::string& body);
    ~ScriptedCli();
    ScriptedCli(const ScriptedCli&) = delete;
    ScriptedCli& operator=(const ScriptedCli&) = delete;
};

/// "cat FILE" of a document that was written into the folder.
std::string gives(const TempDir& folder, const Json& document);

/// Opens samples for the session; false when they cannot be opened.
bool open_samples(SmallSession& small);

/// Has the session analyse its layers with a script that gives the document.
bool analyse(SmallSession& small, const Json& document);

}  // namespace vernier::test
