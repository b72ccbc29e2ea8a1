// Files that survive a crash: torn tails, failed writes, replaced files; each left as a crash would leave it.
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  AppendFile,
  makePrivateDir,
  openAppend,
  readIfThere,
  removeDurable,
  writeAtomic,
} from '../../ports/files.ts';
import { count } from '../support/counts.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'files-'));
  return () => rmSync(dir, { recursive: true, force: true });
});
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
const mode = (path: string) => statSync(path).mode & 0o777;

describe('append-only', () => {
  test('keeps lines in order, privately, and reads them again', async () => {
    const path = join(dir, 'a');
    const { file, lines, torn } = await openAppend(path);
    expect({ lines, torn }).toEqual({ lines: [], torn: 0 });
    await Promise.all(['one', 'two', 'three'].map((line) => file.appendDurable(Buffer.from(line))));
    await file.appendDurable(new Uint8Array());
    expect(file.size).toBe(15);
    await file.close();
    expect(mode(path)).toBe(0o600);
    const again = await openAppend(path);
    expect(again.lines.map(text)).toEqual(['one', 'two', 'three', '']);
    await again.file.close();
  });

  test('at every byte at which a crash can cut it, the whole lines stay and the next append stands after them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.uint8Array({ maxLength: 40 }).map((b) => b.filter((x) => x !== 10)),
          { maxLength: 8 },
        ),
        fc.nat(),
        async (lines, at) => {
          const path = join(dir, 'cut');
          rmSync(path, { force: true });
          const first = await openAppend(path);
          for (const line of lines) await first.file.appendDurable(line);
          const { size } = first.file;
          await first.file.close();
          const cut = size === 0 ? 0 : at % (size + 1);
          truncateSync(path, cut);
          const whole: Uint8Array[] = [];
          let end = 0;
          for (const line of lines) {
            if (end + line.length + 1 > cut) break;
            end += line.length + 1;
            whole.push(line);
          }
          const second = await openAppend(path);
          expect(second.lines.map((l) => [...l])).toEqual(whole.map((l) => [...l]));
          expect(second.torn).toBe(cut - end);
          await second.file.appendDurable(Buffer.from('next'));
          await second.file.close();
          const third = await openAppend(path);
          expect(third.torn).toBe(0);
          expect(text(third.lines.at(-1) ?? new Uint8Array())).toBe('next');
          expect(third.lines.length).toBe(whole.length + 1);
          await third.file.close();
        },
      ),
      { numRuns: count(200) },
    );
  });

  test('a line with a newline in it is refused and leaves nothing', async () => {
    const { file } = await openAppend(join(dir, 'a'));
    await expect(file.appendDurable(Buffer.from('a\nb'))).rejects.toThrow(TypeError);
    await file.close();
    expect(readFileSync(join(dir, 'a')).length).toBe(0);
  });

  /** A real file of which chosen calls fail. */
  function failing(handle: FileHandle, fails: Set<string>): FileHandle {
    return new Proxy(handle, {
      get(target, name: keyof FileHandle) {
        const value: unknown = target[name];
        if (typeof value !== 'function') return value;
        if (fails.has(String(name))) {
          return async (...given: unknown[]) => {
            if (name === 'write')
              await target.write((given[0] as Buffer).subarray(0, 2), 0, 2, given[3] as number);
            throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
          };
        }
        return (value as (...args: unknown[]) => unknown).bind(target);
      },
    });
  }

  test.each(['write', 'datasync'])(
    'a failed %s rejects, leaves nothing of the line, and the next one is good',
    async (call) => {
      const path = join(dir, call);
      writeFileSync(path, 'first\n');
      const fails = new Set([call]);
      const file = new AppendFile(failing(await open(path, 'r+'), fails), 6);
      await expect(file.appendDurable(Buffer.from('lost'))).rejects.toMatchObject({ code: 'ENOSPC' });
      fails.clear();
      await file.appendDurable(Buffer.from('kept'));
      await file.close();
      expect(readFileSync(path, 'utf8')).toBe('first\nkept\n');
    },
  );

  test('when not even taking it back can be made sure, the file takes nothing more', async () => {
    const path = join(dir, 'broken');
    const fails = new Set(['datasync', 'truncate']);
    const file = new AppendFile(failing(await open(path, 'w+'), fails), 0);
    await expect(file.appendDurable(Buffer.from('lost'))).rejects.toMatchObject({ code: 'ENOSPC' });
    fails.clear();
    await expect(file.appendDurable(Buffer.from('next'))).rejects.toThrow('cannot be trusted');
    await file.close();
  });
});

describe('atomic', () => {
  test('replaces a file whole and privately, and leaves no temporary one', async () => {
    const path = join(dir, 'state');
    await writeAtomic(path, Buffer.from('one'));
    await writeAtomic(path, Buffer.from('two'));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(mode(path)).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['state']);
  });

  test('a leftover of a crash before is overwritten, a failure leaves the old file', async () => {
    const path = join(dir, 'state');
    writeFileSync(`${path}.new`, 'half a fil');
    await writeAtomic(path, Buffer.from('whole'));
    expect(readFileSync(path, 'utf8')).toBe('whole');
    await expect(writeAtomic(join(dir, 'none', 'state'), Buffer.from('x'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(readFileSync(path, 'utf8')).toBe('whole');
  });

  test('directories are private, missing files are undefined, removing twice is removing', async () => {
    await makePrivateDir(join(dir, 'a', 'b'));
    expect(mode(join(dir, 'a', 'b'))).toBe(0o700);
    expect(await readIfThere(join(dir, 'nothing'))).toBeUndefined();
    appendFileSync(join(dir, 'x'), 'x');
    await removeDurable(join(dir, 'x'));
    await removeDurable(join(dir, 'x'));
    expect(await readIfThere(join(dir, 'x'))).toBeUndefined();
    await expect(readIfThere(dir)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
