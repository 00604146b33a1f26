export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Shift {
  readonly x: number;
  readonly y: number;
}

/** Between a moved box and one that stays. */
const GAP = 24;

type Axis = 'x' | 'y';
type Interval = readonly [from: number, to: number];

/**
 * The shortest way along one axis after which none of the boxes touches any that stays. `least` is how far they may go
 * left and up at most.
 */
export function freeShift(boxes: readonly Box[], staying: readonly Box[], least: Shift): Shift {
  const ways = (['x', 'y'] as const).flatMap((axis) =>
    freeSteps(blockedSteps(boxes, staying, axis))
      .filter((step) => step >= least[axis])
      .map((step): Shift => ({ x: 0, y: 0, [axis]: step })),
  );
  const length = ({ x, y }: Shift) => Math.abs(x) + Math.abs(y);
  return ways.reduce((best, way) => (length(way) < length(best) ? way : best), ways[0] ?? { x: 0, y: 0 });
}

/** The steps along an axis with which a box would touch one that stays. */
function blockedSteps(boxes: readonly Box[], staying: readonly Box[], axis: Axis): Interval[] {
  const across = axis === 'x' ? 'y' : 'x';
  return boxes.flatMap((box) =>
    staying.flatMap((other): Interval[] => {
      const [from, to] = blocked(box, other, across);
      return from < 0 && to > 0 ? [blocked(box, other, axis)] : [];
    }),
  );
}

function blocked(box: Box, other: Box, axis: Axis): Interval {
  const size = axis === 'x' ? 'width' : 'height';
  return [other[axis] - GAP - box[axis] - box[size], other[axis] + other[size] + GAP - box[axis]];
}

/** The nearest steps that are free, back and forth; forth there always is one. */
function freeSteps(intervals: readonly Interval[]): readonly number[] {
  let [back, forth] = [0, 0];
  const byStart = intervals.toSorted(([one], [other]) => one - other);
  for (const [from, to] of byStart) if (from < forth && to > forth) forth = to;
  const byEnd = intervals.toSorted(([, one], [, other]) => other - one);
  for (const [from, to] of byEnd) if (from < back && to > back) back = from;
  return [back, forth];
}
