// SPDX-License-Identifier: GPL-3.0-or-later
// What a worker process sends and takes: messages with a length in front, CBOR that may be cut short or wrong.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "core/base/wire.h"
#include "core/measure/wire.h"
#include "tests/fuzz/scratch_file.h"

namespace {

using namespace vernier;

/// Runs a reader. Both ends are one program: what the JSON library throws becomes an internal error there.
template <class Read>
void reads(const Read& read) {
    try {
        read();
    } catch (const Error&) {
    } catch (const Json::exception&) {
    }
}

/// The bytes as they come from a socket whose other end then closes.
void receive(const std::uint8_t* data, std::size_t size) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || send(ends[0], data, size, MSG_DONTWAIT) != static_cast<ssize_t>(size)) std::abort();
    close(ends[0]);
    reads([&] {
        while (receive_message(ends[1])) {
        }
    });
    close(ends[1]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // The library follows lists in lists by calls; no message of ours has so many of them.
    const auto nests = [](std::uint8_t byte) { return byte >= 0x80 && byte < 0xe0; };
    if (std::count_if(data, data + size, nests) > 500) return 0;
    receive(data, size);
    // Even where it is asked not to throw, the library does so at a list that claims more items than memory could hold.
    Json json;
    reads([&] { json = Json::from_cbor(data, data + size); });
    reads([&] { (void)request_from_wire(json); });
    reads([&] { (void)opened_from_wire(json); });
    reads([&] { (void)tensors_from_wire(json); });
    reads([&] { (void)error_from_wire(json); });
    return 0;
}
