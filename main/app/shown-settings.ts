// What the configuration names, as a person reads it: certificates by subject and fingerprint, modules by whether they are there.
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Configured } from '../settings/settings.ts';
import { beginning } from './snapshots/common.ts';
import type { ShownCa, ShownModule } from './snapshots/rooms.ts';

function certificate(pem: string): ShownCa {
  try {
    const { subject, fingerprint256 } = new X509Certificate(pem);
    return {
      subject: beginning(subject.replaceAll('\n', ', '), 500),
      sha256: `sha256:${fingerprint256.replaceAll(':', '').toLowerCase()}`,
    };
  } catch {
    return { subject: '', sha256: '' }; // no certificate: connecting with it says so
  }
}

/** The pinned certificates. */
export function shownCa({ signer }: Configured): ShownCa[] {
  return (signer.value?.ca ?? []).slice(0, 16).map(certificate);
}

/** The PKCS#11 modules. */
export function shownModules({ modules }: Configured): ShownModule[] {
  return modules.value.slice(0, 16).map(({ path }) => ({ path, found: existsSync(path) }));
}
