// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/size_options.h"

#include "app/cli/options.h"

namespace vernier::cli {

void SizeOptions::declare(OptionSet& options) {
    options.list("--dim", dims, "NAME=SIZE", "Size of an open axis by its name, as in --dim batch=1; may be given several times");
    options.list("--shape", shapes, "INPUT=SIZES", "Shape of an input, as in --shape input=1x3x640x640; may be given several times");
}

SizeChoices SizeOptions::read() const {
    SizeChoices choices;
    for (const std::string& text : dims) add_dim(choices, text);
    for (const std::string& text : shapes) add_shape(choices, text);
    return choices;
}

}  // namespace vernier::cli
