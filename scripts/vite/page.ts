// Vite's settings for a page: files only, so that the strictest policy holds; no inline script, style or font.
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { InlineConfig } from 'vite';

/** A folder with an index.html to a folder of files. Absolute paths. */
export function pageBundle(folder: string, out: string): InlineConfig {
  return {
    configFile: false,
    root: folder,
    base: '/',
    logLevel: 'warn',
    publicDir: false,
    plugins: [react(), tailwindcss()],
    build: {
      target: 'chrome114',
      outDir: out,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  };
}
