// How a page of the renderer is bundled: one document, its own bundle, nothing inlined, so that the strict policy holds.
import { join } from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { InlineConfig } from 'vite';

const root = join(import.meta.dirname, '..', '..');

/**
 * The Vite configuration of the page in `renderer/<page>/index.html`, written into `outDir` (absolute).
 * `font-src 'self'` and `script-src 'self'` allow no data: addresses, therefore nothing is inlined.
 */
export function pageConfig(page: string, outDir: string): InlineConfig {
  return {
    configFile: false,
    root: join(root, 'renderer', page),
    base: './',
    logLevel: 'warn',
    plugins: [react(), tailwindcss()],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'chrome114',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { output: { codeSplitting: false } },
    },
  };
}
