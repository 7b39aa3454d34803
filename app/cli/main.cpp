// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <string_view>

#include "app/cli/job_worker.h"
#include "app/cli/run.h"
#include "core/base/temporary.h"
#include "core/flow/check_worker.h"
#include "core/measure/subject.h"

namespace {

/// A worker holds sessions for the process that started it.
void serve_the_starter() {
    signal(SIGINT, SIG_IGN);           // Ctrl-C reaches the whole group; the process that started this one ends it
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // and where that one is killed, no long call goes on for nobody
    // One that was killed before this line sends no signal any more, but its end of the socket is closed.
    pollfd starter{STDIN_FILENO, POLLRDHUP, 0};
    if (poll(&starter, 1, 0) > 0 && (starter.revents & (POLLHUP | POLLRDHUP)) != 0) _exit(0);
    vernier::leave_temporary_folders_to_starter();
}

}  // namespace

int main(int argc, char** argv) {
    // A file that we open must never become stdin, stdout or stderr because the caller had closed one of them.
    for (int descriptor = 0; descriptor <= 2; ++descriptor)
        if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) return 70;
    const std::string_view first = argc > 1 ? argv[1] : "";
    if (argc == 2 && first == vernier::kWorkerArgument) {
        serve_the_starter();
        return vernier::serve_subject(STDIN_FILENO);
    }
    if (argc == 2 && first == vernier::kCheckArgument) {
        serve_the_starter();
        return vernier::serve_checks(STDIN_FILENO);
    }
    if (argc > 3 && first == vernier::cli::kJobArgument) return vernier::cli::run_as_worker(argc, argv);
    return vernier::cli::run(argc, argv);
}
