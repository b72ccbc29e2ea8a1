// Suites that need a part which a machine may lack: skipped with a printed reason, a failure under REQUIRE_ALL=1.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';
import { findChromium } from '../../main/shell/chromium/find.ts';
import { findElectron } from '../../scripts/electron.ts';

const root = join(import.meta.dirname, '..', '..');

/** Says what is missing, and best the line that mends it; undefined when the part is here. */
export type Probe = () => string | undefined;

/**
 * `needs('softhsm', softhsm)('title', () => { ...tests })` is `describe` where the part is here. Elsewhere the suite
 * is skipped, hooks and all, and the reason printed; with REQUIRE_ALL=1 it fails instead.
 */
export function needs(name: string, probe: Probe): (title: string, body: () => void) => void {
  const lack = probe();
  if (lack === undefined) return (title, body) => void describe(title, body);
  const reason = `needs ${name}: ${lack}`;
  if (process.env['REQUIRE_ALL'] === '1') {
    return (title) =>
      describe(title, () => {
        test(`REQUIRE_ALL: ${reason}`, () => {
          throw new Error(reason);
        });
      });
  }
  return (title, body) => {
    console.log(`skipped: ${title} ${reason}`);
    describe.skip(title, body);
  };
}

const softhsmPaths = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

/** The path of SoftHSM's PKCS#11 library, if this machine has it. */
export const softhsmLibrary = (): string | undefined => softhsmPaths.find((path) => existsSync(path));

/** SoftHSM's library and tool, and the compiled pkcs11js. */
export const softhsm: Probe = () => {
  if (!softhsmLibrary() || !answers('softhsm2-util', '--version')) return 'apt-get install -y softhsm2';
  return pkcs11js();
};

/** The optional native package, built when the packages were installed. */
export const pkcs11js: Probe = () => {
  try {
    createRequire(import.meta.url)('pkcs11js');
    return undefined;
  } catch {
    return 'apt-get install -y g++ make python3, then scripts/start';
  }
};

/** The optional native package for real security keys; on Linux it wants libudev. */
export const nodeHid: Probe = () => {
  try {
    createRequire(import.meta.url)('node-hid');
    return undefined;
  } catch {
    return 'apt-get install -y libudev1 libusb-1.0-0, then scripts/start';
  }
};

/** A program on PATH that answers to the given argument. */
export const program =
  (name: string, argument: string, mend: string): Probe =>
  () =>
    answers(name, argument) ? undefined : mend;

/** OpenSSL's command line. */
export const openssl = program('openssl', 'version', 'apt-get install -y openssl');

/** Electron's program: what the environment names, or what the packages brought. */
export const electron: Probe = () =>
  findElectron(root, process.env) === null
    ? 'npx install-electron, or name a folder that holds it in ELECTRON_OVERRIDE_DIST_PATH'
    : display();

/** The zip of Electron that a package is made of, for whoever may not fetch it. */
export const electronArchive: Probe = () =>
  process.env['ELECTRON_ZIP_DIR']
    ? electron()
    : "name a folder in ELECTRON_ZIP_DIR that holds Electron's zip of the pinned version";

/** A display of its own for each file that wants one: Xvfb. */
export const display: Probe = () => (isOnPath('Xvfb') ? undefined : 'apt-get install -y xvfb');

/** Whether PATH has it; for programs that do not end when they are asked for their version. */
export const isOnPath = (name: string): boolean =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, name)));

/** The system's Chromium, or the one that CHROMIUM_PATH names. */
export const chromium: Probe = () => {
  try {
    findChromium(process.env);
    return undefined;
  } catch {
    return 'apt-get install -y chromium, or set CHROMIUM_PATH';
  }
};

/** The same, for windows that are really drawn. */
export const xvfb = display;

function answers(name: string, argument: string): boolean {
  try {
    execFileSync(name, [argument], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
