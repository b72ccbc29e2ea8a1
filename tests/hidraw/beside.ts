// Running a program beside the plugged-in key, in the machine with uhid that HID_VM names.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Probe } from '../support/needs.ts';

const tool = process.env['HID_VM'] ?? '';

/** Whether there is such a machine. */
export const hidraw: Probe = () =>
  tool === '' ? 'HID_VM names no program that runs a command in a machine with uhid' : undefined;

const dir = mkdtempSync(join(tmpdir(), 'hidraw-'));
process.once('exit', () => rmSync(dir, { recursive: true, force: true }));

/** Gives what the program printed; the key keeps its state under the name `store`. */
export function beside(store: string, ...command: string[]): string {
  const plug = resolve('tests/hidraw/plug.ts');
  return execFileSync(tool, ['-t', '180', dir, process.execPath, plug, join(dir, store), ...command], {
    encoding: 'utf8',
    timeout: 240_000,
  });
}
