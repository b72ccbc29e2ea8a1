// The built files of one page, by the path that asks for each: what is not listed cannot be asked for.
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, posix } from 'node:path';
import type { Frame } from '../../contract/ipc/names.ts';
import { LackFault } from '../../core/fault/fault.ts';

/** The types that a build makes; a file of any other kind is not served. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export interface PageFile {
  readonly type: string;
  read(): Uint8Array<ArrayBuffer>;
}

function list(folder: string, at: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(at, entry.name);
    if (entry.isDirectory()) return list(join(folder, entry.name), path);
    return entry.isFile() && types[extname(entry.name)] !== undefined ? [path] : [];
  });
}

/**
 * The files under `pages/FRAME`, by URL path; `/` is its index. LackFault `file_missing` when there is no such page: the
 * app was not built.
 */
export function pageFiles(pages: string, frame: Frame): (path: string) => PageFile | undefined {
  const folder = join(pages, frame);
  let paths: readonly string[];
  try {
    paths = list(folder, '/');
  } catch (cause) {
    throw new LackFault('file_missing', `the built page ${frame}`, cause);
  }
  const known = new Set(paths);
  if (!known.has('/index.html')) throw new LackFault('file_missing', `the built page ${frame}`);
  return (asked) => {
    const path = asked === '/' ? '/index.html' : asked;
    const type = types[extname(path)];
    if (!known.has(path) || type === undefined) return undefined;
    return { type, read: () => new Uint8Array(readFileSync(join(folder, path))) };
  };
}
