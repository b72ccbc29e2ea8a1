// Where a small window lies next to another, so that neither hides what a person must read on the other.

/** In the screen's pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const GAP = 12;

const meet = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const within = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

/**
 * The place for a window of this size next to `anchor`: right of it, else left, at its top, else at its foot; within `area`,
 * over nothing in `taken`. When there is no such place: at that corner of the area that hides least of the anchor.
 */
export function besides(
  anchor: Box,
  size: Pick<Box, 'width' | 'height'>,
  area: Box,
  taken: readonly Box[],
): Box {
  const foot = anchor.y + anchor.height - size.height;
  const right = anchor.x + anchor.width + GAP;
  const left = anchor.x - GAP - size.width;
  const wished = [
    { x: right, y: anchor.y, ...size },
    { x: right, y: foot, ...size },
    { x: left, y: anchor.y, ...size },
    { x: left, y: foot, ...size },
  ];
  const fits = wished.find((box) => within(box, area) && !taken.some((other) => meet(box, other)));
  if (fits) return fits;
  const spare = { right: area.x + area.width - anchor.x - anchor.width, left: anchor.x - area.x };
  const x = spare.right >= spare.left ? area.x + area.width - size.width : area.x;
  return { x, y: Math.max(area.y, Math.min(anchor.y, area.y + area.height - size.height)), ...size };
}
