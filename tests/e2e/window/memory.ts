// What a page of the app still remembers: its heap as V8 tells it, and its process's memory as the system shows it.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { Launched } from './launch.ts';

const PAGE = 4096;

/** A whole heap snapshot, after what is no longer used was collected. */
export async function heapOf({ app }: Launched, page: Page): Promise<string> {
  const session = await app.context().newCDPSession(page);
  const parts: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }: { chunk: string }) => parts.push(chunk));
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return parts.join('');
}

/** The process in which this page runs. */
export function processOf({ app }: Launched, page: Page): Promise<number> {
  return app.evaluate(
    ({ BrowserWindow }, url) =>
      BrowserWindow.getAllWindows()
        .find(({ webContents }) => webContents.getURL() === url)
        ?.webContents.getOSProcessId() ?? 0,
    page.url(),
  );
}

/** The text as a program may keep it: bytes of UTF-8, and of UTF-16 as V8 and Blink do. */
const formsOf = (text: string): Buffer[] => [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];

/**
 * How often each text stands in what a process can write to, in either form. Undefined where the system does not show it
 * (Linux shows a process to its own user unless it is protected, and to root).
 */
export function countsInMemory(pid: number, texts: readonly string[]): number[] | undefined {
  const opened: number[] = [];
  const open = (name: string): number => {
    opened.push(openSync(`/proc/${pid}/${name}`, 'r'));
    return opened.at(-1) ?? -1;
  };
  try {
    const [memory, pages] = [open('mem'), open('pagemap')];
    const counts = texts.map(() => 0);
    for (const [from, to] of writableOf(pid))
      for (const [start, end] of usedOf(pages, from, to)) {
        const bytes = Buffer.alloc(end - start);
        const length = readSync(memory, bytes, 0, bytes.length, start);
        for (const [at, text] of texts.entries())
          counts[at] = (counts[at] ?? 0) + countIn(bytes.subarray(0, length), text);
      }
    return counts;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EACCES') return undefined;
    throw thrown;
  } finally {
    for (const file of opened) closeSync(file);
  }
}

/** Where a process may write and ever has: the rest is reserved, and by far the most. */
function writableOf(pid: number): [number, number][] {
  const map = /^([0-9a-f]+)-([0-9a-f]+) rw\S+ .*\n(?:[A-Z].*\n)*?Rss: +([1-9]\d*) kB$/gm;
  return [...readFileSync(`/proc/${pid}/smaps`, 'utf8').matchAll(map)].map(([, from = '', to = '']) => [
    Number.parseInt(from, 16),
    Number.parseInt(to, 16),
  ]);
}

/** The runs of pages that are really there (proc_pid_pagemap(5): bits 62 and 63 of each page's eight bytes). */
function* usedOf(pages: number, from: number, to: number): Generator<[number, number]> {
  const map = Buffer.alloc(((to - from) / PAGE) * 8);
  const count = readSync(pages, map, 0, map.length, (from / PAGE) * 8) / 8;
  let start: number | undefined;
  for (let at = 0; at <= count; at += 1) {
    const used = at < count && (map[at * 8 + 7] ?? 0) >= 0x40;
    if (used) start ??= at;
    if (used || start === undefined) continue;
    yield [from + start * PAGE, from + at * PAGE];
    start = undefined;
  }
}

function countIn(bytes: Buffer, text: string): number {
  let found = 0;
  for (const form of formsOf(text))
    for (let hit = bytes.indexOf(form); hit >= 0; hit = bytes.indexOf(form, hit + 1)) found += 1;
  return found;
}
