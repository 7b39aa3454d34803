// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <unistd.h>

#include "app/cli/run.h"

int main(int argc, char** argv) {
    // A file that we open must never become stdin, stdout or stderr because the caller had closed one of them.
    for (int descriptor = 0; descriptor <= 2; ++descriptor)
        if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) return 70;
    return vernier::cli::run(argc, argv);
}
