// Builds a page of the renderer once for a run of tests, into a folder of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { pageConfig } from '../../scripts/vite/renderer.ts';

/** A built page: where it lies, and how it is cleaned away. */
export interface Built {
  readonly folder: string;
  remove(): Promise<void>;
}

export async function buildPage(page: string): Promise<Built> {
  const folder = await mkdtemp(join(tmpdir(), `console-${page}-`));
  await build(pageConfig(page, folder));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
