// Reads the vectors that others made; see SOURCE, COMMIT and LICENSE beside them.
import { readFileSync, readdirSync } from 'node:fs';

const root = new URL('../vectors/', import.meta.url);

/** The bytes of a file under tests/vectors. */
export function vectorBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, root)));
}

/** A JSON file under tests/vectors. */
export function vectorJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'));
}

/** The names of the JSON files in a folder under tests/vectors, sorted; throws when there is none. */
export function vectorNames(folder: string): string[] {
  const names = readdirSync(new URL(`${folder}/`, root)).filter((name) => name.endsWith('.json'));
  if (names.length === 0) throw new Error(`no vectors in ${folder}`);
  return names.sort();
}
