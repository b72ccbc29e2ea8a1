// Vite's settings for scripts that a debugging pipe puts into a page: one classic script each, that leaves no name behind.
import { basename, dirname } from 'node:path';
import type { InlineConfig } from 'vite';

/** One entry to one file. Absolute paths. The entry exports nothing. */
export function injectedBundle(root: string, entry: string, out: string): InlineConfig {
  return {
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      target: 'chrome114',
      outDir: dirname(out),
      emptyOutDir: false,
      minify: false,
      copyPublicDir: false,
      modulePreload: { polyfill: false },
      lib: { entry, formats: ['iife'], name: 'injected', fileName: () => basename(out) },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  };
}
