// Devices as cards: what is plugged in, joined with what the directory says is enrolled.
import type { DeviceCard, Devices } from '../../../contract/ipc/rooms.ts';
import type { Token } from '../../../contract/driver/pkcs11.ts';
import type { Fault } from '../../../contract/ipc/call.ts';
import type { Device, Directory } from '../../../core/directory/directory.ts';
import type { Described, DescribedKey } from '../../devices/devices.ts';
import { attributeOf } from '../../../ports/hand/hsm.ts';
import { beginning, faultOf } from './common.ts';

/** `served`: which enrolled device a path is, where that is known for certain. `looking`: nothing was found out yet. */
export interface DeviceParts {
  readonly described: Described | null;
  readonly directory: Directory | null;
  readonly officer: string;
  readonly served: ReadonlyMap<string, string>;
}

interface Enrolled {
  readonly officer: string;
  readonly device: Device;
}

const LONGEST = 512;
const MOST = 200;

function allEnrolled(directory: Directory | null): Enrolled[] {
  return (directory?.officers ?? []).flatMap(({ id, devices }) =>
    devices.map((device) => ({ officer: id, device })),
  );
}

/**
 * The enrolled device that a plugged-in key is. Certain where the set-up or an enrolment said so; else told by its model,
 * and only when this officer has one of it and one of it is plugged in: a key says who it is when it signs, not before.
 */
function enrolledKey(
  key: DescribedKey,
  parts: DeviceParts,
  enrolled: readonly Enrolled[],
): Enrolled | undefined {
  const certain = parts.served.get(key.device.path);
  if (certain !== undefined) return enrolled.find(({ device }) => device.id === certain);
  const model = key.info?.aaguid;
  if (model === undefined || key.device.virtual) return undefined;
  const mine = enrolled.filter(
    ({ officer, device }) =>
      officer === parts.officer && device.kind === 'security-key' && device.aaguid === model,
  );
  const plugged = (parts.described?.keys ?? []).filter(({ info }) => info?.aaguid === model);
  return mine.length === 1 && plugged.length === 1 ? mine[0] : undefined;
}

function enrolledToken(token: Token, enrolled: readonly Enrolled[]): Enrolled | undefined {
  return enrolled.find(({ device }) => {
    if (device.kind !== 'hsm') return false;
    const serial = attributeOf(device.uri, 'serial');
    const label = attributeOf(device.uri, 'token');
    if (serial === undefined && label === undefined) return false;
    return (serial ?? token.serial) === token.serial && (label ?? token.label) === token.label;
  });
}

function asEnrolled(found: Enrolled | undefined, officer: string): DeviceCard['enrolled'] {
  if (!found) return null;
  const { id, presence, attestation } = found.device;
  return { officer: found.officer, device: id, presence, attestation, mine: found.officer === officer };
}

/** What a key can do, by its own word: versions, then extensions, then options that it has. */
function abilitiesOf({ info }: DescribedKey): string[] {
  if (!info) return [];
  const options = Object.entries(info.options).filter(([, has]) => has);
  const all = [...info.versions, ...info.extensions, ...options.map(([name]) => name)];
  const can = info.canWink ? [...all, 'wink'] : all;
  return can.slice(0, 32).map((word) => beginning(word, 64));
}

function keyCard(key: DescribedKey, found: Enrolled | undefined, officer: string): DeviceCard {
  const { device, info, fault } = key;
  return {
    card: `key ${device.path}`,
    kind: 'security-key',
    product: beginning(device.product, LONGEST),
    virtual: device.virtual,
    present: true,
    path: device.path,
    serial: device.serial === undefined ? null : beginning(device.serial, LONGEST),
    firmware: info?.firmware === undefined ? null : String(info.firmware),
    can: abilitiesOf(key),
    pin: info && {
      set: info.pinSet,
      triesLeft: info.pinRetries ?? null,
      minLength: info.minPinLength,
    },
    enrolled: asEnrolled(found, officer),
    fault: fault && faultOf(fault),
  };
}

function tokenCard(token: Token, found: Enrolled | undefined, officer: string): DeviceCard {
  return {
    card: `token ${token.serial} ${token.label}`,
    kind: 'hsm',
    product: beginning(`${token.manufacturer} ${token.model}`.trim(), LONGEST),
    virtual: false,
    present: true,
    path: null,
    serial: beginning(token.serial, LONGEST),
    firmware: beginning(token.firmware, LONGEST),
    can: token.protectedAuthPath ? ['sign', 'pinpad'] : ['sign'],
    // A token says how many tries are left by flags only: the last one, or none.
    pin: {
      set: token.userPinInitialized,
      triesLeft: token.pinLocked ? 0 : token.pinFinalTry ? 1 : null,
      minLength: null,
    },
    enrolled: asEnrolled(found, officer),
    fault: null,
  };
}

function absentCard({ officer, device }: Enrolled, own: string): DeviceCard {
  return {
    card: `enrolled ${device.id}`,
    kind: device.kind,
    product: '',
    virtual: false,
    present: false,
    path: null,
    serial: null,
    firmware: null,
    can: [],
    pin: null,
    enrolled: asEnrolled({ officer, device }, own),
    fault: null,
  };
}

/** The cards: what is plugged in, then this officer's other devices; other officers' devices are not on this desk. */
export function devicesOf(revision: number, parts: DeviceParts): Devices {
  const { described, officer } = parts;
  const enrolled = allEnrolled(parts.directory);
  const keys = (described?.keys ?? []).map((key) => ({ key, found: enrolledKey(key, parts, enrolled) }));
  const tokens = (described?.tokens ?? []).map((token) => ({ token, found: enrolledToken(token, enrolled) }));
  const here = new Set([...keys, ...tokens].map(({ found }) => found?.device.id));
  const absent = enrolled.filter((one) => one.officer === officer && !here.has(one.device.id));
  const fault: Fault | null = described?.faults[0] ? faultOf(described.faults[0]) : null;
  const cards = [
    ...keys.map(({ key, found }) => keyCard(key, found, officer)),
    ...tokens.map(({ token, found }) => tokenCard(token, found, officer)),
    ...absent.map((one) => absentCard(one, officer)),
  ];
  return { revision, looking: described === null, fault, cards: cards.slice(0, MOST) };
}
