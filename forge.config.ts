// How the Console is packaged: our own build as it is, every fuse set, and a name that says whose Electron is in it.
import { MakerDeb } from '@electron-forge/maker-deb';
import { MakerZIP } from '@electron-forge/maker-zip';
import type { ForgeConfig } from '@electron-forge/shared-types';
import { join } from 'node:path';
import { ensureBuilt } from './scripts/built.ts';
import { fillPackage, isLeftOut } from './scripts/package/contents.ts';
import { electronZip } from './scripts/package/electron-zip.ts';
import { setFuses } from './scripts/package/fuses.ts';

const root = process.cwd();
const { folder, pinned } = await electronZip(root, process.env);
const name = pinned ? 'Signer Console' : 'Signer Console TEST';
const bin = pinned ? 'signer-console' : 'signer-console-test';
const scheme = 'signer-console';

/** The program before the packager gives it its name. `app`: the folder of the app inside the resources. */
const programOf = (app: string, platform: string): string => {
  const base = join(app, '..', '..');
  if (platform === 'darwin') return join(base, 'MacOS', 'Electron');
  return join(base, platform === 'win32' ? 'electron.exe' : 'electron');
};

/** The installer's option, which the maker's type does not know: xz takes minutes for what gzip does in seconds. */
const gzip: object = { compression: 'gzip' };

const config: ForgeConfig = {
  packagerConfig: {
    name,
    executableName: bin,
    appBundleId: pinned ? 'org.stella.signer-console' : 'org.stella.signer-console.test',
    asar: { unpack: '**/*.node' },
    prune: false,
    ignore: isLeftOut,
    protocols: [{ name, schemes: [scheme] }],
    ...(folder === null ? {} : { electronZipDir: folder }),
  },
  rebuildConfig: { onlyModules: [] }, // the native packages are N-API: one build serves Node and Electron
  hooks: {
    generateAssets: async () => {
      await ensureBuilt(root);
    },
    packageAfterCopy: async (_config, app, _version, platform, arch) => {
      fillPackage(root, app, name, platform, arch);
      await setFuses(programOf(app, platform));
    },
  },
  makers: [
    new MakerZIP({}),
    new MakerDeb({
      options: {
        name: bin,
        productName: name,
        bin,
        maintainer: 'The Signer Console authors',
        mimeType: [`x-scheme-handler/${scheme}`],
        depends: ['libusb-1.0-0', 'libudev1'],
        ...gzip,
      },
    }),
  ],
};
export default config;
