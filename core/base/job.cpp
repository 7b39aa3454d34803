// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/job.h"

#include <utility>

#include "core/base/error.h"

namespace vernier {

Job::Job(std::stop_token stop, Listener listener) : stop_(std::move(stop)), listener_(std::move(listener)) {}

void Job::step(std::string_view stage, std::uint64_t done, std::uint64_t total) const {
    if (listener_.progress) listener_.progress(stage, done, total);
    check();
}

void Job::check() const {
    if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
}

void Job::report(const Finding& finding) const {
    if (listener_.finding) listener_.finding(finding);
}

void Job::partial(const Json& value) const {
    if (listener_.partial) listener_.partial(value);
}

}  // namespace vernier
