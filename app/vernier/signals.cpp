// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/vernier/signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QSocketNotifier>

namespace vernier {

namespace {

int wakeUp[2] = {-1, -1};  // a signal handler reaches nothing but what is global

void onSignal(int number) {
    const auto byte = static_cast<unsigned char>(number);
    [[maybe_unused]] const auto written = ::write(wakeUp[1], &byte, 1);
}

}  // namespace

void endLoopOnSignals(QObject* owner) {
    if (::pipe2(wakeUp, O_CLOEXEC | O_NONBLOCK) != 0) {
        return;  // signals end the program as they would without us
    }
    auto* notifier = new QSocketNotifier(wakeUp[0], QSocketNotifier::Read, owner);
    QObject::connect(notifier, &QSocketNotifier::activated, owner, [] {
        unsigned char number = 0;
        if (::read(wakeUp[0], &number, 1) == 1) {
            QCoreApplication::exit(128 + number);
        }
    });
    struct sigaction action {};
    action.sa_handler = onSignal;
    action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaction(number, &action, nullptr);
    }
}

}  // namespace vernier
