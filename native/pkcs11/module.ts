// Loading a vendor's PKCS#11 library: only the path that `hello` named, only a file that nobody else can change.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Pkcs11Config } from '../../contract/driver/pkcs11.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import { CKF, type Cryptoki } from './cryptoki.ts';
import { cryptokiFault, returnValue, Rv } from './errors.ts';

const CANT_LOCK = 0x0a;
const OTHERS_WRITE = 0o002;

/** A library that is loaded and initialized. */
export interface Module {
  readonly cryptoki: Cryptoki;
  /** SHA-256 of the library's file, hex. */
  readonly sha256: string;
}

function checkedFile({ module: path, moduleDigest }: Pkcs11Config): string {
  let bytes: Uint8Array;
  try {
    const { mode, uid } = statSync(path);
    const mine = process.getuid?.() ?? uid;
    if (uid !== 0 && uid !== mine) throw new DeviceFault('driver_missing', `${path} belongs to another user`);
    if ((mode & OTHERS_WRITE) !== 0)
      throw new DeviceFault('driver_missing', `${path} can be changed by anybody`);
    bytes = readFileSync(path);
  } catch (cause) {
    if (cause instanceof DeviceFault) throw cause;
    throw new DeviceFault('driver_missing', `the PKCS#11 module ${path} cannot be read`, undefined, cause);
  }
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (moduleDigest !== undefined && digest !== moduleDigest) {
    throw new DeviceFault('driver_missing', `${path} is not the PKCS#11 module that policy names`);
  }
  return digest;
}

async function addon(): Promise<typeof import('pkcs11js')> {
  try {
    const loaded = (await import('pkcs11js')) as {
      default?: typeof import('pkcs11js');
    } & typeof import('pkcs11js');
    return loaded.default ?? loaded;
  } catch (cause) {
    const text =
      'the optional package pkcs11js was not built; install a C++ compiler, make and python3, then run npm ci';
    throw new DeviceFault('driver_missing', text, undefined, cause);
  }
}

/** C_Initialize once for the process; a library that is initialized already is fine. */
export function initialize(cryptoki: Cryptoki): void {
  const attempt = (flags: number): number | undefined => {
    try {
      cryptoki.C_Initialize({ flags });
      return undefined;
    } catch (cause) {
      const value = returnValue(cause);
      if (value === Rv.CRYPTOKI_ALREADY_INITIALIZED) return undefined;
      if (value === CANT_LOCK) return value;
      throw cryptokiFault(cause, 'C_Initialize');
    }
  };
  // a library that cannot lock is fine too: its calls are never made at the same time
  if (attempt(CKF.OS_LOCKING_OK) === CANT_LOCK && attempt(0) === CANT_LOCK) {
    throw new DeviceFault('pkcs11_status', 'C_Initialize: CKR_CANT_LOCK', CANT_LOCK);
  }
}

/** DeviceFault `driver_missing`, with what to install, when pkcs11js or the library cannot be had. */
export async function loadModule(config: Pkcs11Config): Promise<Module> {
  const { PKCS11 } = await addon();
  const sha256 = checkedFile(config);
  const cryptoki = new PKCS11();
  try {
    cryptoki.load(config.module);
  } catch (cause) {
    throw new DeviceFault(
      'driver_missing',
      `the PKCS#11 module ${config.module} cannot be loaded`,
      undefined,
      cause,
    );
  }
  initialize(cryptoki);
  return { cryptoki, sha256 };
}
