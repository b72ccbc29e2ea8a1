// A ceremony that is broken off after each of its lines, and killed at each of its effects, and goes on exactly there.
import { spawn } from 'node:child_process';
import { once as onceOf } from 'node:events';
import { readFileSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCeremony } from '../../ceremony/ceremony.ts';
import type { CeremonyPorts } from '../../ceremony/ports.ts';
import { verifyTranscript } from '../../core/ceremony/verify.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { needs, softhsm } from '../support/needs.ts';
import {
  copyOf,
  hold,
  keysOn,
  linesIn,
  once,
  openTestWorld,
  openingFor,
  rehearsalFolder,
  remove,
  type TestWorld,
} from './stage.ts';

needs('SoftHSM', softhsm)('a ceremony that is interrupted', () => {
  let base: string;
  const folders: string[] = [];
  beforeAll(async () => {
    base = await rehearsalFolder();
    folders.push(base);
  }, 120_000);
  afterAll(() => folders.forEach(remove));

  function copy(): string {
    const folder = copyOf(base);
    folders.push(folder);
    return folder;
  }

  /** What must hold at the end, however often it was broken off. */
  async function expectWhole(world: TestWorld): Promise<void> {
    const running = await openCeremony(world.folder, null, world.ports);
    const transcript = running.transcript();
    await running.close();
    const trust = await world.ports.board.trust();
    const verdict = verifyTranscript(nodeCrypto, trust, 'rehearsal', transcript);
    expect(verdict).toMatchObject({ outcome: 'done', directory: 2, exceptions: [] });
    expect(() => verifyTranscript(nodeCrypto, trust, 'real', transcript)).toThrowCode('ceremony_rehearsal');
    const keys = await keysOn(world, transcript.opening.token);
    expect(new Set(keys)).toEqual(new Set([transcript.opening.key, verdict.newKey]));
    expect(keys).toHaveLength(2);
    expect(linesIn(world.folder).filter((line) => line.includes('"line":"made"'))).toHaveLength(7);
  }

  test('after each line: taken up again there, with one new key', async () => {
    const world = await openTestWorld(copy());
    try {
      const opening = await openingFor(world);
      await (await openCeremony(world.folder, opening, world.ports)).close();
      for (let went = true, lines = 1; went; lines++) {
        let written = 0;
        // the second line of one call is as if the process had ended before it
        const ports: CeremonyPorts = {
          ...world.ports,
          wrote: () => {
            written += 1;
            if (written === 1) throw new Error('ended here');
          },
        };
        const running = await openCeremony(world.folder, null, ports);
        went = await once(running).catch((thrown: unknown) => {
          expect(String(thrown)).toContain('ended here');
          return true;
        });
        await running.close();
        expect(linesIn(world.folder)).toHaveLength(went ? lines + 1 : lines);
      }
      await expectWhole(world);
    } finally {
      await world.close();
    }
  }, 240_000);

  /** Runs the ceremony in a process that kills itself: at the first effect, or after so many lines. */
  async function die(folder: string, at: string): Promise<string> {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'child.ts'), folder, at], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [code, signal] = (await onceOf(child, 'close')) as [number | null, string | null];
    return signal ?? `${code} ${said.trim()}`;
  }

  async function dieUntilOver(folder: string, ways: readonly string[]): Promise<void> {
    let ended = '';
    for (let runs = 0; ended !== '0 over'; runs++) {
      expect(runs).toBeLessThan(120);
      for (const at of ways) {
        ended = await die(folder, at);
        expect(['SIGKILL', '0 over']).toContain(ended);
      }
    }
    const world = await openTestWorld(folder);
    try {
      await expectWhole(world);
    } finally {
      await world.close();
    }
  }

  test('kill -9 between each effect and its line', async () => {
    const folder = copy();
    await dieUntilOver(folder, ['effect', 'line 1']);
    const died = readFileSync(join(folder, 'died.txt'), 'utf8').trimEnd().split('\n');
    expect(died).toEqual(['generate', 'sign', 'sign', 'voice', 'voice', 'publish']);
  }, 400_000);

  test('kill -9 between two lines', async () => {
    await dieUntilOver(copy(), [process.env['FULL'] === '1' ? 'line 1' : 'line 6']);
  }, 400_000);

  test('a torn last line is cut; anything else that was changed refuses', async () => {
    const world = await openTestWorld(copy());
    try {
      const running = await openCeremony(world.folder, await openingFor(world), world.ports);
      await hold(running, () => running.state().steps.length === 2);
      await running.close();
      const path = join(world.folder, 'ceremony.jsonl');
      const whole = await readFile(path, 'utf8');
      await appendFile(path, '{"line":"said","n":2,');
      const again = await openCeremony(world.folder, null, world.ports);
      expect(again.state().steps).toHaveLength(2);
      await again.close();
      expect(await readFile(path, 'utf8')).toBe(whole);
      const lines = whole.trimEnd().split('\n');
      const spoilt: string[][] = [
        lines.toSpliced(2, 1),
        lines.toSpliced(1, 0, lines[1] ?? ''),
        lines.toSpliced(1, 1),
        lines.slice(1),
        [...lines, 'not JSON'],
        [...lines, lines[1] ?? ''],
        lines.map((line) => line.replace('"operator"', '"witness"')),
        lines.map((line, at) => (at === 0 ? line.replace('"overlapDays":30', '"overlapDays":31') : line)),
      ];
      for (const some of spoilt) {
        await writeFile(path, `${some.join('\n')}\n`);
        await expect(openCeremony(world.folder, null, world.ports)).toRejectCode('ceremony_folder');
      }
      await writeFile(path, whole);
      await expect(openCeremony(world.folder, await openingFor(world), world.ports)).toRejectCode(
        'ceremony_folder',
      );
    } finally {
      await world.close();
    }
  }, 120_000);
});
