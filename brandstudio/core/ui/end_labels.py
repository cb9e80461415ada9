"""Where the words at the ends of a chart's curves stand, so that none lies on another."""

LINE = 16  # height of one label in the charts' own units


def laid_apart(heights, top, bottom, line=LINE):
    """Where labels that belong to heights stand: at least a line apart, as near as can be.

    heights: y of the curves' ends, in the chart's units, in any order. top, bottom: the first and
    last y that a label may have. Gives one y per height, in the order given; who was above stays
    above. Labels that meet share the way: their mean stays where the mean of their curves is.
    Raises ValueError if so many lines don't fit between top and bottom.
    """
    room = bottom - (len(heights) - 1) * line
    if heights and room < top:
        raise ValueError(f"{len(heights)} labels of {line} don't fit between {top} and {bottom}.")
    order = sorted(range(len(heights)), key=heights.__getitem__)
    # Less the lines above it, each label may have any height that does not fall behind the one
    # before: the nearest such row is found by pooling neighbours that are out of order.
    pools = []  # [sum, count]
    for place, index in enumerate(order):
        pools.append([heights[index] - place * line, 1])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            total, count = pools.pop()
            pools[-1][0] += total
            pools[-1][1] += count
    level = [_mean(pool) for pool in pools for _ in range(pool[1])]
    stand = {
        index: min(max(level[place], top), room) + place * line for place, index in enumerate(order)
    }
    return [round(stand[index], 1) for index in range(len(heights))]


def _mean(pool):
    return pool[0] / pool[1]
