// Vite's settings for preloads: a sandboxed preload can require nothing of ours, so each is one CommonJS file.
import { basename, dirname } from 'node:path';
import type { InlineConfig } from 'vite';

/** One entry to one file. Absolute paths. */
export function preloadBundle(root: string, entry: string, out: string): InlineConfig {
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
      lib: { entry, formats: ['cjs'], fileName: () => basename(out) },
      rolldownOptions: { external: ['electron'], output: { codeSplitting: false } },
    },
  };
}
