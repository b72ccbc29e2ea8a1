// node:fs/promises with a switch: the Nth write, sync, truncation, rename or opening fails, once or from then on.
import type * as Fs from 'node:fs/promises';

/** `from`: the operation, counted from 1, that fails first; `until`: the last; `code`: how. `hangs`: it never settles. */
export interface Trouble {
  from: number;
  until: number;
  code: 'ENOSPC' | 'EIO';
  hangs: boolean;
  count: number;
  fired: number;
}

export const trouble: Trouble = {
  from: Infinity,
  until: Infinity,
  code: 'EIO',
  hangs: false,
  count: 0,
  fired: 0,
};

export function calm(): void {
  Object.assign(trouble, { from: Infinity, until: Infinity, code: 'EIO', hangs: false, count: 0, fired: 0 });
}

/** A disk that hangs. */
function never(): Promise<never> {
  return new Promise((resolve) => {
    void resolve;
  });
}

/** One operation. A full disk fails only what needs new room: never the reserve's own blocks, never a truncation. */
async function step<T>(name: string, path: string, run: () => Promise<T>): Promise<T> {
  trouble.count += 1;
  const now = trouble.count >= trouble.from && trouble.count <= trouble.until;
  const needsRoom = !path.endsWith('.reserve') && name !== 'truncate';
  if (!now || (trouble.code === 'ENOSPC' && !needsRoom)) return run();
  trouble.fired += 1;
  if (trouble.hangs) return never();
  // A failed write may have written all the same: the caller must not believe either.
  if (name === 'write' || name === 'sync') await run();
  throw Object.assign(new Error(`${trouble.code}: ${name} ${path}`), { code: trouble.code });
}

const counted = {
  write: 'write',
  writeFile: 'write',
  sync: 'sync',
  datasync: 'sync',
  truncate: 'truncate',
} as const;

function wrapHandle(handle: Fs.FileHandle, path: string): Fs.FileHandle {
  return new Proxy(handle, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const kind = counted[name as keyof typeof counted];
      if (!kind) return value.bind(target) as unknown;
      return (...input: unknown[]) =>
        step(kind, path, () => Reflect.apply(value, target, input) as Promise<unknown>);
    },
  });
}

/** The module, wrapped; reading is never disturbed. */
export function failing(real: typeof Fs): typeof Fs {
  const open = async (path: string, flags?: string | number, mode?: number) => {
    const run = () => real.open(path, flags, mode);
    const reads = flags === 'r' || flags === 0;
    return wrapHandle(reads ? await run() : await step('open', path, run), path);
  };
  const rename = (from: string, to: string) => step('rename', to, () => real.rename(from, to));
  const truncate = (path: string, length?: number) =>
    step('truncate', path, () => real.truncate(path, length));
  return { ...real, open, rename, truncate } as typeof Fs;
}
