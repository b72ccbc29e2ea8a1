// What a page is given: its own functions, frozen; built preloads carry that and nothing else.
import { createContext, runInContext } from 'node:vm';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { callNames, eventNames, frames, type Frame } from '../../contract/ipc/names.ts';
import { expose } from '../../preload/expose.ts';
import type { Transport } from '../../preload/transport.ts';
import { ensureBuilt } from '../../scripts/built.ts';
import { root } from '../layers/tree.ts';

/** A transport that keeps what it was given. */
function kept() {
  const invoked: unknown[][] = [];
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  const transport: Transport = {
    invoke(...args) {
      invoked.push(args);
      return Promise.resolve({ ok: true, value: {} });
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => void set.delete(listener);
    },
  };
  return { transport, invoked, listeners };
}

describe.each(frames)('a page of kind %s', (frame) => {
  test('has one frozen function a call, and on', async () => {
    const { transport, invoked } = kept();
    const api = expose(frame, transport) as Record<string, (input: unknown, more?: unknown) => unknown>;
    expect(Object.keys(api).sort()).toEqual([...callNames[frame], 'on'].sort());
    expect([api, ...Object.values(api)].every((one) => Object.isFrozen(one))).toBe(true);
    for (const name of callNames[frame]) await api[name]?.({ a: 1 }, 'more');
    expect(invoked).toEqual(callNames[frame].map((name) => [name, { a: 1 }]));
  });

  test('hears its own events and no other, until it unsubscribes', () => {
    const { transport, listeners } = kept();
    const { on } = expose(frame, transport) as unknown as {
      readonly on: (name: string, listener: (...args: unknown[]) => void) => () => void;
    };
    const [own = ''] = eventNames[frame];
    const heard: unknown[][] = [];
    const off = on(own, (...args) => heard.push(args));
    for (const listener of listeners.get(own) ?? []) listener('value');
    off();
    expect(heard).toEqual([['value']]);
    expect(listeners.get(own)?.size).toBe(0);
    const others = frames.filter((other) => other !== frame).flatMap((other) => [...eventNames[other]]);
    for (const name of [...others, '', 'call', '__proto__', 'constructor'])
      expect(() => on(name, () => undefined)).toThrow(TypeError);
  });
});

describe('a built preload', () => {
  let folder: string;
  beforeAll(async () => {
    folder = (await ensureBuilt(join(root))).folder;
  });
  const code = (frame: Frame): string => readFileSync(join(folder, 'preload', `${frame}.cjs`), 'utf8');

  /** Runs it as Electron does: `require` knows electron alone. */
  function run(frame: Frame): Record<string, Record<string, unknown>> {
    const given: Record<string, Record<string, unknown>> = {};
    const electron = {
      contextBridge: {
        exposeInMainWorld: (name: string, api: Record<string, unknown>) => (given[name] = api),
      },
      ipcRenderer: { invoke: () => Promise.resolve(), on: () => undefined, removeListener: () => undefined },
    };
    const required = (name: string): unknown => {
      if (name !== 'electron') throw new Error(`it requires ${name}`);
      return electron;
    };
    runInContext(code(frame), createContext({ require: required, module: {}, exports: {} }));
    return given;
  }

  test.each(frames)('of %s gives one global with its own names', (frame) => {
    const given = run(frame);
    expect(Object.keys(given)).toEqual(['signerConsole']);
    expect(Object.keys(given['signerConsole'] ?? {}).sort()).toEqual([...callNames[frame], 'on'].sort());
  });

  test.each(frames)('of %s is small, holds no schema and no other module', (frame) => {
    expect(code(frame).length).toBeLessThan(16_384);
    expect(code(frame)).not.toMatch(/zod|safeParse|import\(|eval\(|sendSync/);
  });
});
