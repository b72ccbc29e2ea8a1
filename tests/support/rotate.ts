// A key of a world replaced: the next version of the directory in which a new key is active and the old one retiring.
import type { Directory, SignerKey } from '../../core/directory/directory.ts';
import { softKey } from './keys.ts';
import type { World } from './world.ts';

/** Makes a software key under this name, which the world then has, whether a directory names it or not. */
export function anotherKey(world: World, name: string): SignerKey['key'] {
  const made = softKey();
  Object.assign(world.keys, { [name]: made });
  return made.key;
}

/** Puts `name` in the place of `old`, which is then retiring. */
export function replaceKey(
  world: World,
  next: Directory,
  old: string,
  name: string,
  change: { readonly old?: Partial<SignerKey>; readonly fresh?: Partial<SignerKey> } = {},
): void {
  const key = next.keys.find((k) => k.name === old)!;
  const kept = structuredClone(key);
  Object.assign(key, { state: 'retiring', ...change.old });
  next.keys.push({
    ...kept,
    name,
    key: world.keys[name]?.key ?? anotherKey(world, name),
    replaces: old,
    ...change.fresh,
  });
}
