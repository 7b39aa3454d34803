// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QFuture>
#include <QMetaObject>
#include <QObject>
#include <QString>
#include <QThread>
#include <QtConcurrent/QtConcurrentRun>

#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "core/base/error.h"
#include "core/base/job.h"

namespace vernier::ui {

/// Work on a pool thread of which only the newest call counts: a new call, cancel() or the end of this object stops
/// the older work, and a result that comes too late is dropped by its generation number.
/// work(const Job&) -> R runs on a pool thread and must hold what it uses by value; done(R) and failed(QString) run on
/// the application's thread, where the owner must live.
class Latest {
public:
    explicit Latest(QObject* owner) : owner_(owner) {}
    ~Latest() { cancel(); }
    Latest(const Latest&) = delete;
    Latest& operator=(const Latest&) = delete;

    [[nodiscard]] bool busy() const { return busy_; }

    void cancel() {
        ++*generation_;
        stop_.request_stop();
        busy_ = false;
    }

    template <class Work, class Done, class Failed>
    void run(Work work, Done done, Failed failed) {
        using R = decltype(work(std::declval<const Job&>()));
        struct Outcome {
            std::optional<R> value;
            QString error;
        };
        cancel();
        stop_ = std::stop_source();
        busy_ = true;
        const auto mine = *generation_;
        auto task = [work = std::move(work), job = Job(stop_.get_token(), {})]() mutable {
            auto outcome = std::make_shared<Outcome>();
            try {
                outcome->value.emplace(work(job));
            } catch (const Error& error) {
                outcome->error = QString::fromStdString(error.line());
            } catch (const std::exception& error) {
                outcome->error = QString::fromUtf8(error.what());
            }
            return outcome;
        };
        auto deliver = [this, mine, generation = generation_, done = std::move(done),
                        failed = std::move(failed)](const std::shared_ptr<Outcome>& outcome) mutable {
            if (*generation != mine) {
                return;
            }
            busy_ = false;
            if (outcome->value) {
                done(std::move(*outcome->value));
            } else {
                failed(outcome->error);
            }
        };
        // Posted to the application, not to the owner, which may go before the work ends: the generation number, which
        // ends with this object, keeps a late result from touching it. Posted always: work that has ended before "then"
        // is reached would be delivered inside this very call, before the caller has heard that it began.
        Q_ASSERT(owner_->thread() == QCoreApplication::instance()->thread());
        auto late = std::make_shared<decltype(deliver)>(std::move(deliver));
        QtConcurrent::run(std::move(task)).then([late, app = QCoreApplication::instance()](const std::shared_ptr<Outcome>& outcome) {
            QMetaObject::invokeMethod(
                app, [late, outcome] { (*late)(outcome); }, Qt::QueuedConnection);
        });
    }

private:
    QObject* owner_;
    std::shared_ptr<quint64> generation_ = std::make_shared<quint64>(0);
    std::stop_source stop_;
    bool busy_ = false;
};

}  // namespace vernier::ui
