// Which key follows which, and which of such a line signs: rotation as everybody reads it from one version of the directory.
import { compareTimes } from '../name/names.ts';
import type { Directory, SignerKey } from './directory.ts';
import { keyNamed } from './lookup.ts';

/** The key that replaces the one with this name, whatever its state; undefined when none does. */
export function successorOf(directory: Directory, name: string): SignerKey | undefined {
  return directory.keys.find((key) => key.replaces === name);
}

/** Whether a time (RFC 3339) lies between a key's `notBefore` and `notAfter`, both included. */
export function inWindow(key: SignerKey, at: string): boolean {
  const late = key.notAfter !== null && compareTimes(at, key.notAfter) > 0;
  return !late && compareTimes(at, key.notBefore) >= 0;
}

/** A key in one of these states may sign: `active` for whoever asks, `retiring` for whoever names it. */
export const signs = ({ state }: SignerKey): boolean => state === 'active' || state === 'retiring';

/** The key with this name and those that follow it, in their order. Throws `key_unknown`. */
function lineFrom(directory: Directory, name: string): SignerKey[] {
  const line: SignerKey[] = [];
  let key: SignerKey | undefined = keyNamed(directory, name);
  for (; key && !line.includes(key); key = successorOf(directory, key.name)) line.push(key);
  return line;
}

/**
 * The key that signs where this one is meant: of its line the newest that is active, inside its window at `at` where that
 * is given. While such a one only lies ahead, it is the newest retiring one: a change that was told in time stops nobody.
 * Undefined when none may. Throws `key_unknown`.
 */
export function signingKey(directory: Directory, name: string, at?: string): SignerKey | undefined {
  const line = lineFrom(directory, name);
  const active = line.filter(({ state }) => state === 'active');
  if (at === undefined) return active.at(-1);
  const ahead = active.some(({ notBefore }) => compareTimes(at, notBefore) < 0);
  return (
    active.findLast((key) => inWindow(key, at)) ??
    (ahead ? line.findLast((key) => key.state === 'retiring' && inWindow(key, at)) : undefined)
  );
}

/**
 * Whether an approval-only key signs in the place of another key's own: it is the sibling of one, or replaces such a
 * sibling. Any other one is *guarded*: it is there only for those who ask for it by name.
 */
export function standsIn(directory: Directory, name: string): boolean {
  return directory.keys.some(
    ({ sibling }) => sibling !== null && lineFrom(directory, sibling).some((key) => key.name === name),
  );
}
