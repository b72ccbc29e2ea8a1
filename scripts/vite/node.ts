// Vite's settings for what runs in Electron's own processes: one CommonJS file each, for Node 18's API.
import { isBuiltin } from 'node:module';
import { basename, dirname } from 'node:path';
import type { InlineConfig } from 'vite';

/** Native, optional, or the platform itself: loaded at run time, where it is there. */
export const outside = [
  'electron',
  'node-hid',
  'pkcs11js',
  'bufferutil',
  'utf-8-validate',
  'playwright-core',
];

/** `import.meta` has no meaning in CommonJS; what a module asks of it is worked out from the file that it became. */
const META = '__importMetaUrl';
const banner = `const ${META} = require('node:url').pathToFileURL(__filename).href;`;

const refuseWarnings = (level: string, { message }: { readonly message: string }): void => {
  if (level === 'warn') throw new Error(message);
};

/** One entry to one file. Absolute paths. A warning of the bundler is an error: it means something that does not run. */
export function nodeBundle(root: string, entry: string, out: string): InlineConfig {
  return {
    configFile: false,
    root,
    logLevel: 'warn',
    define: { 'import.meta.url': META },
    ssr: { target: 'node', noExternal: true, external: outside },
    build: {
      ssr: entry,
      target: 'node18',
      outDir: dirname(out),
      emptyOutDir: false,
      minify: false,
      copyPublicDir: false,
      rolldownOptions: {
        onLog: refuseWarnings,
        external: (id) => isBuiltin(id) || outside.includes(id),
        output: {
          format: 'cjs',
          entryFileNames: basename(out),
          codeSplitting: false,
          // `require` finds packages inside an asar archive; `import` does not in every Electron
          dynamicImportInCjs: false,
          banner,
        },
      },
    },
  };
}
