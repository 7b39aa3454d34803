// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/small_session.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QThread>

#include "tests/support/model_builder.h"
#include "tests/support/random.h"

namespace vernier::test {

bool wait_until(const std::function<bool()>& condition, int milliseconds) {
    QElapsedTimer timer;
    timer.start();
    while (!condition()) {
        if (timer.elapsed() > milliseconds) {
            return false;
        }
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QThread::msleep(1);
    }
    return true;
}

std::string write_small_net(const TempDir& folder, const std::string& name) {
    ModelBuilder b;
    b.input("x", ElementType::float32, {"N", 3, 8, 8});
    b.initializer("w0", random_floats(8 * 3 * 3 * 3, 1), {8, 3, 3, 3});
    b.initializer("w1", random_floats(8 * 8 * 3 * 3, 2), {8, 8, 3, 3});
    b.initializer("w2", random_floats(8 * 4, 3), {8, 4});
    b.initializer("b2", random_floats(4, 4), {4});
    b.node("Conv", {"x", "w0"}, {"a"}, {Attr("pads", {1, 1, 1, 1}), Attr("kernel_shape", {3, 3})}, "first");
    b.node("Relu", {"a"}, {"b"}, {}, "act");
    b.node("Conv", {"b", "w1"}, {"c"}, {Attr("pads", {1, 1, 1, 1}), Attr("kernel_shape", {3, 3})}, "second");
    b.node("GlobalAveragePool", {"c"}, {"d"}, {}, "pool");
    b.node("Flatten", {"d"}, {"e"}, {}, "flat");
    b.node("Gemm", {"e", "w2", "b2"}, {"y"}, {}, "head");
    b.output("y", ElementType::float32, {"N", 4});
    return folder.write(name, b.bytes()).string();
}

std::string write_small_samples(const TempDir& folder) {
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (16, 3, 8, 8), }";
    header.resize(118 - 1, ' ');
    header += '\n';
    const auto values = random_floats(16 * 3 * 8 * 8, 9);
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size() & 0xFF);
    bytes += static_cast<char>(header.size() >> 8);
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    return folder.write("samples.npy", bytes).string();
}

SmallSession::SmallSession() : model_path(write_small_net(folder)) {
    session.open(QString::fromStdString(model_path));
    opened = wait_until([this] { return session.state() != ui::Session::State::opening && (session.plan() || !session.planError().isEmpty()); }) &&
             session.state() == ui::Session::State::open;
}

}  // namespace vernier::test
