# SPDX-License-Identifier: GPL-3.0-or-later
"""What a set of measured points is worth: the area of its front, and points that another way beats."""
NOISE = 0.02  # of a time: below, neither is faster


def area(points, most_loss):
    """Time saved against FP32 over loss from 0 to most_loss, in percent of FP32's time: a dominated hypervolume whose corner is FP32."""
    total, saved, at = 0.0, 0.0, 0.0
    for loss, gain in sorted((max(0.0, point["loss"]), 1 - point["time"]) for point in points):
        if loss > most_loss:
            break
        total += saved * (loss - at)
        saved, at = max(saved, gain), loss
    return 100 * (total + saved * (most_loss - at)) / most_loss if most_loss > 0 else 100 * saved


def front(points):
    """Those that no other point of the same way beats."""
    return [point for point in points if not any(other["time"] < point["time"] and other["loss"] <= point["loss"] for other in points)]


def dominated(points, others):
    """Points of a front that another way beats on both axes: by their values, and beyond their intervals."""
    mine = front(points)
    by_value = sum(any(other["time"] < (1 - NOISE) * point["time"] and other["loss"] < point["loss"] for other in others) for point in mine)
    clearly = sum(any(other["time_high"] < point["time_low"] and clearly_less(other, point) for other in others) for point in mine)
    return {"points": len(mine), "by_value": by_value, "clearly": clearly}


def clearly_less(other, point):
    """Half of an interval's width apart: both are of the same samples, so intervals that touch there are well apart."""
    if other["loss_high"] is None or point["loss_low"] is None:
        return other["loss"] < point["loss"]
    return other["loss"] < point["loss"] and (other["loss_high"] + other["loss"]) / 2 < (point["loss_low"] + point["loss"]) / 2


def met(points, ranking):
    """Validations and seconds up to the first point within the limit; None where there is none."""
    seconds = ranking
    for count, point in enumerate(points, 1):
        seconds += point["seconds"]
        if point["holds"]:
            return {"validations": count, "seconds": seconds, "time": point["time"]}
    return None
