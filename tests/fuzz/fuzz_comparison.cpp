// SPDX-License-Identifier: GPL-3.0-or-later
// A comparison document, judged again and shown; and the same as evidence, with a check sum of its own.
#include "core/base/error.h"
#include "core/base/json_depth.h"
#include "core/report/csv.h"
#include "core/report/documents.h"
#include "core/report/evidence.h"
#include "core/report/html.h"
#include "tests/fuzz/scratch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vernier;
    const Json json = Json::parse(data, data + size, nullptr, false);
    if (json.is_discarded()) return 0;
    fuzz::expect_error_or_nothing([&] {
        ComparedFiles compared = compared_from_json(json);
        Gate gate;
        gate.max_drop_points = 0.5;
        gate.min_speedup = 1.1;
        judge_again(compared, gate);
        (void)to_json(compared, true);
        (void)render_html(compared);
        (void)render_csv(compared.comparison);
    });
    const std::string text(reinterpret_cast<const char*>(data), size);
    fuzz::expect_error_or_nothing([&] { (void)evidence_from(text, "fuzz"); });
    if (!json.is_object() || nests_too_deeply(text)) return 0;
    fuzz::expect_error_or_nothing([&] { (void)evidence_from(sealed(json).dump(-1, ' ', false, Json::error_handler_t::replace), "fuzz"); });
    return 0;
}
