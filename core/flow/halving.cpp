// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/flow/halving.h"

namespace vernier {
namespace {

class Search {
public:
    Search(const std::vector<NodeId>& order, const std::function<bool(const std::set<NodeId>&)>& repairs, const HalvingBounds& bounds)
        : order_(order), repairs_(repairs), bounds_(bounds) {}

    [[nodiscard]] std::optional<Repair> run() {
        std::size_t front = order_.size();
        if (!holds(front)) return std::nullopt;
        while (!is_over()) {
            front = shortest_front(front);
            if (front == 0 || is_over()) break;
            needed_.insert(order_[--front]);
            if (holds(0)) return Repair{needed_, true, tries_};
        }
        return Repair{with_front(front), front == 0, tries_};
    }

private:
    [[nodiscard]] bool is_over() const { return tries_ >= bounds_.tries || bounds_.clock() - start_ > bounds_.seconds; }

    [[nodiscard]] std::set<NodeId> with_front(std::size_t count) const {
        std::set<NodeId> nodes = needed_;
        nodes.insert(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(count));
        return nodes;
    }

    [[nodiscard]] bool holds(std::size_t count) {
        ++tries_;
        return repairs_(with_front(count));
    }

    /// The front of this length repairs; the shortest one that does, as far as the bounds allow.
    [[nodiscard]] std::size_t shortest_front(std::size_t repairing) {
        std::size_t failing = 0;  // the needed nodes alone do not repair
        while (repairing - failing > 1 && !is_over()) {
            const std::size_t middle = failing + (repairing - failing) / 2;
            (holds(middle) ? repairing : failing) = middle;
        }
        return repairing;
    }

    const std::vector<NodeId>& order_;
    const std::function<bool(const std::set<NodeId>&)>& repairs_;
    HalvingBounds bounds_;
    std::set<NodeId> needed_;
    int tries_ = 0;
    double start_ = bounds_.clock();
};

}  // namespace

std::optional<Repair> smallest_repair(const std::vector<NodeId>& order, const std::function<bool(const std::set<NodeId>&)>& repairs,
                                      const HalvingBounds& bounds) {
    return Search(order, repairs, bounds).run();
}

}  // namespace vernier
