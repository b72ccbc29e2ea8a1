// Snapshots of the quieter rooms that follow from directory and configuration: keys, directory, settings, bypass.
import type { Bypass, DirectoryRoom, Grant, Keys, Proposal, Settings } from '../../../contract/ipc/rooms.ts';
import type { Crypto } from '../../../core/key/crypto.ts';
import { keyId } from '../../../core/key/keyid.ts';
import type { Trust } from '../../../core/trust/chain.ts';
import { suspensionNow, type KeySuspension } from '../../../core/trust/suspensions.ts';
import type { Configured, Valued } from '../../settings/settings.ts';
import { spoken } from './common.ts';

/** Stands where there is no digest to show: `Hello.setUp` says why. */
export const NO_DIGEST = `sha256:${'0'.repeat(64)}`;

function suspendedBy(found: KeySuspension | null): Keys['keys'][number]['suspended'] {
  if (!found) return null;
  const { officer, reason } = found.sealed.suspension;
  return { officer, reason, from: found.from, until: found.until };
}

/** The Signer's keys, as the newest directory names them, and which of them an officer stopped. */
export function keysOf(revision: number, crypto: Crypto, trust: Trust | null, now: string): Keys {
  const keys = trust?.latest.keys ?? [];
  const suspensions = trust?.suspensions ?? [];
  return {
    revision,
    keys: keys.map(
      ({ name, use, key, approvalOnly, sibling, replaces, holder, state, notBefore, notAfter, tenants }) => ({
        name,
        keyid: keyId(crypto, key),
        use,
        provider: name.slice(0, name.indexOf(':')),
        algorithm: key.alg,
        approvalOnly,
        sibling,
        replaces: replaces ?? null,
        holder,
        state,
        notBefore,
        notAfter,
        tenants: [...tenants],
        suspended: suspendedBy(suspensionNow(suspensions, name, now)),
      }),
    ),
  };
}

/** The directory as it is trusted, and what is proposed to come after it. */
export function directoryOf(
  revision: number,
  pin: string,
  trust: Trust | null,
  proposals: readonly Proposal[],
): DirectoryRoom {
  const latest = trust?.latest;
  return {
    revision,
    version: latest?.version ?? null,
    current: trust && spoken(trust.latestDigest),
    pin: spoken(pin),
    issuedAt: latest?.issuedAt ?? null,
    officers: (latest?.officers ?? []).map(({ id, name, roles, devices }) => ({
      id,
      name,
      roles: [...roles],
      devices: devices.length,
    })),
    proposals: proposals.slice(0, 64),
  };
}

/** Grants, live ones first, then the newest. */
export function bypassOf(revision: number, grants: readonly Grant[]): Bypass {
  const order = (a: Grant, b: Grant): number =>
    a.state === b.state ? b.from.localeCompare(a.from) : a.state === 'live' ? -1 : 1;
  return { revision, grants: [...grants].sort(order).slice(0, 1000) };
}

/** A certificate and a module as a person reads them. */
export type ShownCa = Settings['ca']['value'][number];
export type ShownModule = Settings['modules']['value'][number];

/** Everything that is configured, each value with where it comes from. */
export function settingsOf(
  revision: number,
  configured: Configured,
  ca: readonly ShownCa[],
  modules: readonly ShownModule[],
): Settings {
  const as = <T, U>(
    { origin, fixed }: Valued<T>,
    value: U,
  ): { value: U; origin: typeof origin; fixed: boolean } => ({
    value,
    origin,
    fixed,
  });
  const { signer, appearance, language, notifications, dataDir } = configured;
  return {
    revision,
    appearance: { ...appearance },
    language: { ...language },
    notifications: { ...notifications },
    signerUrl: as(signer, signer.value?.url ?? ''),
    pin: as(signer, signer.value?.pin ?? NO_DIGEST),
    ca: as(signer, [...ca]),
    modules: as(configured.modules, [...modules]),
    dataDir: { ...dataDir },
  };
}
