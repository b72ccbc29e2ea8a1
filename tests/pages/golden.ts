// Pictures of screens, kept under docs/images/pages: compared with a tolerance, written only when asked to.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { root } from '../layers/tree.ts';
import { indexedPng } from './indexed-png.ts';

const folder = join(root, 'docs/images/pages');
/** How many pixels in a thousand may differ: another build of the browser smooths letters otherwise. */
const TOLERANCE = 5;

export const updating = process.env['UPDATE_GOLDEN'] === '1';

/**
 * Compares a picture with the kept one of this name, or keeps it. Returns what is wrong, null when nothing is. Sizes must be
 * equal; colours may differ by what a person does not see.
 */
export function golden(name: string, picture: Buffer): string | null {
  const path = join(folder, `${name}.png`);
  if (updating) {
    mkdirSync(folder, { recursive: true });
    const { width, height, data } = PNG.sync.read(picture);
    writeFileSync(path, indexedPng(width, height, data));
    return null;
  }
  if (!existsSync(path)) return `${name}.png is not kept: run with UPDATE_GOLDEN=1 and look at it`;
  const [kept, now] = [PNG.sync.read(readFileSync(path)), PNG.sync.read(picture)];
  if (kept.width !== now.width || kept.height !== now.height)
    return `${name}.png is ${kept.width}x${kept.height}, the page ${now.width}x${now.height}`;
  const differ = pixelmatch(kept.data, now.data, null, kept.width, kept.height, { threshold: 0.2 });
  const most = (kept.width * kept.height * TOLERANCE) / 1000;
  return differ > most ? `${name}.png differs in ${differ} pixels, at most ${most}` : null;
}
