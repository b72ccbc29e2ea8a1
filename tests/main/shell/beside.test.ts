// Where a small window lies: beside, never over what is read on the other, as long as the screen has the room.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { besides, type Box } from '../../../main/shell/beside.ts';
import { count } from '../../support/counts.ts';

const area: Box = { x: 0, y: 0, width: 1280, height: 800 };
const anchor: Box = { x: 360, y: 20, width: 560, height: 760 };
const key = { width: 300, height: 380 };

const apart = (a: Box, b: Box): boolean =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

test('right of it first, then below that, then left', () => {
  const laid: Box[] = [];
  for (let i = 0; i < 4; i += 1) laid.push(besides(anchor, key, area, laid));
  expect(laid).toMatchObject([
    { x: 932, y: 20 },
    { x: 932, y: 400 },
    { x: 48, y: 20 },
    { x: 48, y: 400 },
  ]);
});

test('where there is no room: inside the screen, at the side that hides less', () => {
  const narrow = { x: 0, y: 0, width: 800, height: 760 };
  expect(besides({ ...anchor, x: 40, y: 0 }, key, narrow, [])).toMatchObject({ x: 500, y: 0 });
  expect(besides({ ...anchor, x: 200, y: 0 }, key, narrow, [])).toMatchObject({ x: 0, y: 0 });
});

test('never over the anchor when a side has room, and always inside the screen', () => {
  const place = fc.record({ x: fc.integer({ min: 0, max: 720 }), y: fc.integer({ min: 0, max: 40 }) });
  fc.assert(
    fc.property(place, ({ x, y }) => {
      const at = { ...anchor, x, y };
      const box = besides(at, key, area, []);
      expect(box.x >= 0 && box.y >= 0 && box.x + 300 <= 1280 && box.y + 380 <= 800).toBe(true);
      if (x >= 312 || x + 560 + 312 <= 1280) expect(apart(box, at)).toBe(true);
    }),
    { numRuns: count(200) },
  );
});
