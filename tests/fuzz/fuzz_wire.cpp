// SPDX-License-Identifier: GPL-3.0-or-later
// What a worker process sends and takes: CBOR that may be cut short or wrong.
#include <cstdlib>

#include "core/base/wire.h"
#include "core/measure/wire.h"
#include "tests/fuzz/scratch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vernier;
    const Json json = Json::from_cbor(data, data + size, true, false);
    if (json.is_discarded()) return 0;
    const auto reads = [](const auto& read) {
        try {
            read();
        } catch (const Error&) {
        } catch (const Json::exception&) {  // the caller of both ends is one program; it turns this into an internal error
        }
    };
    reads([&] { (void)request_from_wire(json); });
    reads([&] { (void)opened_from_wire(json); });
    reads([&] { (void)tensors_from_wire(json); });
    reads([&] { (void)error_from_wire(json); });
    return 0;
}
