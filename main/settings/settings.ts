// Configuration: the organisation's policy file before what the person chose, before defaults; each value with its origin.
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConnectionFile,
  StoredSettings,
  type ModulePlace,
  type SignerPlace,
} from '../../contract/stored/console-settings.ts';
import { utf8 } from '../../core/bytes/bytes.ts';
import { LackFault, isFault } from '../../core/fault/fault.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import { makePrivateDir, readIfThere, writeAtomic } from '../../ports/files.ts';

/** Where the organisation's word stands. */
export const POLICY_FILE = '/etc/signer-console/policy.json';
const SETTINGS_FILE = 'settings.json';
const CONNECTION_FILE = 'connection.json';
const LARGEST = 1024 * 1024;

export type Origin = 'default' | 'person' | 'system' | 'demo' | 'policy-file';
export interface Valued<T> {
  readonly value: T;
  readonly origin: Origin;
  readonly fixed: boolean;
}

/** Everything that is configured. `signer` null: nobody said which. */
export interface Configured {
  readonly appearance: Valued<NonNullable<StoredSettings['appearance']>>;
  readonly language: Valued<NonNullable<StoredSettings['language']>>;
  readonly notifications: Valued<boolean>;
  readonly signer: Valued<SignerPlace | null>;
  readonly modules: Valued<readonly ModulePlace[]>;
  readonly dataDir: Valued<string>;
}

/** What a person may change from the window. */
export type Chosen = Pick<StoredSettings, 'appearance' | 'language' | 'notifications'>;

/** `demo`: values that the demo sets, and nobody changes. */
export interface SettingsOptions {
  readonly state: string;
  readonly policyFile?: string;
  readonly demo?: {
    readonly signer: SignerPlace;
    readonly modules: readonly ModulePlace[];
    readonly dataDir: string;
  };
}

const defaults = { appearance: 'system', language: 'system', notifications: true } as const;
const OTHERS_MAY_WRITE = 0o022;

async function read(path: string): Promise<StoredSettings | undefined> {
  const bytes = await readIfThere(path);
  if (!bytes) return undefined;
  try {
    return parseAs(StoredSettings, parseStrict(bytes, { maxBytes: LARGEST }));
  } catch (cause) {
    if (isFault(cause)) throw new LackFault('file_malformed', `${path}: ${cause.detail}`, cause);
    throw cause;
  }
}

/** A policy file that others can change is nobody's word. */
async function readPolicy(path: string): Promise<StoredSettings | undefined> {
  const found = await read(path);
  if (!found || process.platform === 'win32') return found;
  const { uid, mode } = await lstat(path);
  const ours = uid === 0 || uid === process.getuid?.();
  if (!ours || (mode & OTHERS_MAY_WRITE) !== 0)
    throw new LackFault('file_malformed', `${path} can be changed by others`);
  return found;
}

export class SettingsStore {
  readonly #options: SettingsOptions;
  readonly #policy: StoredSettings;
  #person: StoredSettings;
  #turn: Promise<unknown> = Promise.resolve();
  /** Why the person's own file cannot be used; it is left as it is. */
  readonly fault: LackFault | null;

  constructor(
    options: SettingsOptions,
    policy: StoredSettings | undefined,
    person: StoredSettings | undefined,
    fault: LackFault | null,
  ) {
    this.#options = options;
    this.#policy = policy ?? { v: 1 };
    this.#person = person ?? { v: 1 };
    this.fault = fault;
  }

  current(): Configured {
    const { demo, state } = this.#options;
    return {
      appearance: this.#chosen('appearance'),
      language: this.#chosen('language'),
      notifications: this.#chosen('notifications'),
      signer: this.#placed(demo?.signer, this.#policy.signer, this.#person.signer, null),
      modules: this.#placed(demo?.modules, this.#policy.modules, this.#person.modules, []),
      dataDir: this.#placed(
        demo?.dataDir,
        this.#policy.dataDir,
        this.#person.dataDir,
        join(state, 'console'),
      ),
    };
  }

  /** Keeps what the person chose. LackFault `settings_fixed` for what policy fixes; `file_malformed` while the file cannot be used. */
  set(chosen: Chosen): Promise<void> {
    for (const name of Object.keys(defaults) as (keyof Chosen)[])
      if (chosen[name] !== undefined && this.#policy[name] !== undefined)
        throw new LackFault('settings_fixed', name);
    return this.#write((before) => ({ ...before, ...chosen }));
  }

  /** Keeps which Signer it is; it counts from the next start on. */
  trustSigner(signer: SignerPlace): Promise<void> {
    if (this.#options.demo ?? this.#policy.signer) throw new LackFault('settings_fixed', 'signer');
    return this.#write((before) => ({ ...before, signer }));
  }

  /** The connection file that lies beside the settings. LackFault `file_missing` or `file_malformed`, with its path. */
  async connection(): Promise<SignerPlace> {
    const path = join(this.#options.state, CONNECTION_FILE);
    const bytes = await readIfThere(path);
    if (!bytes) throw new LackFault('file_missing', path);
    try {
      return parseAs(ConnectionFile, parseStrict(bytes, { maxBytes: LARGEST })).signer;
    } catch (cause) {
      if (isFault(cause)) throw new LackFault('file_malformed', `${path}: ${cause.detail}`, cause);
      throw cause;
    }
  }

  async #write(change: (before: StoredSettings) => StoredSettings): Promise<void> {
    if (this.fault) throw this.fault;
    const done = this.#turn.then(() => this.#keep(parseAs(StoredSettings, change(this.#person))));
    this.#turn = done.catch(() => undefined); // whoever asked hears of it
    return done;
  }

  async #keep(next: StoredSettings): Promise<void> {
    await makePrivateDir(this.#options.state);
    await writeAtomic(join(this.#options.state, SETTINGS_FILE), utf8(`${JSON.stringify(next, null, 2)}\n`));
    this.#person = next;
  }

  #chosen<N extends keyof Chosen>(name: N): Valued<NonNullable<Chosen[N]>> {
    const fixed = this.#policy[name];
    if (fixed !== undefined) return { value: fixed, origin: 'policy-file', fixed: true };
    const own = this.#person[name];
    if (own !== undefined) return { value: own, origin: 'person', fixed: false };
    return { value: defaults[name], origin: 'default', fixed: false };
  }

  #placed<T>(demo: T | undefined, policy: T | undefined, person: T | undefined, none: T): Valued<T> {
    if (demo !== undefined) return { value: demo, origin: 'demo', fixed: true };
    if (policy !== undefined) return { value: policy, origin: 'policy-file', fixed: true };
    if (person !== undefined) return { value: person, origin: 'person', fixed: false };
    return { value: none, origin: 'default', fixed: false };
  }
}

/**
 * Opens the configuration. A policy file that cannot be used refuses (LackFault `file_malformed`): nobody knows what it
 * would have forbidden. A person's file that cannot be used is left alone; `fault` says why, and defaults count.
 */
export async function openSettings(options: SettingsOptions): Promise<SettingsStore> {
  const policy = await readPolicy(options.policyFile ?? POLICY_FILE);
  try {
    return new SettingsStore(options, policy, await read(join(options.state, SETTINGS_FILE)), null);
  } catch (thrown) {
    if (thrown instanceof LackFault) return new SettingsStore(options, policy, undefined, thrown);
    throw thrown;
  }
}
