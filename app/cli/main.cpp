// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <string_view>

#include "app/cli/run.h"
#include "core/measure/subject.h"

int main(int argc, char** argv) {
    // A file that we open must never become stdin, stdout or stderr because the caller had closed one of them.
    for (int descriptor = 0; descriptor <= 2; ++descriptor)
        if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) return 70;
    if (argc == 2 && std::string_view(argv[1]) == vernier::kWorkerArgument) {
        signal(SIGINT, SIG_IGN);  // Ctrl-C reaches the whole group; the process that started this one ends it
        prctl(PR_SET_PDEATHSIG, SIGKILL);  // and where that one is killed, no long call goes on for nobody
        return vernier::serve_subject(STDIN_FILENO);
    }
    return vernier::cli::run(argc, argv);
}
