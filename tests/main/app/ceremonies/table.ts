// Three people, a hand over each key, and the ceremonies room over real drivers in a shell without windows.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readScript } from '../../../../ceremony/script-file.ts';
import type { Act, VirtualKey } from '../../../../contract/ipc/act.ts';
import type { Port } from '../../../../contract/driver/port.ts';
import type { CeremonyShown } from '../../../../contract/ipc/ceremony.ts';
import type { Role } from '../../../../core/ceremony/script.ts';
import { digestOf } from '../../../../core/json/digest.ts';
import { wordsOf } from '../../../../core/words/words.ts';
import { Acts } from '../../../../main/app/acts/acts.ts';
import { CeremonyRoom, type RoomPorts } from '../../../../main/app/ceremonies/room.ts';
import { nodeCrypto } from '../../../../ports/crypto.ts';
import { childPort } from '../../../../ports/driver-child.ts';
import { root } from '../../../layers/tree.ts';
import { FakeShell, type FakePage } from '../../../support/fake-shell.ts';
import { until } from '../../../support/seat.ts';

export const script = readScript(readFileSync(join(root, 'assets/ceremonies/rotate-signing-key.yaml')));
export const scriptDigest = digestOf(nodeCrypto, script);

class DriverShell extends FakeShell {
  driver(env: Readonly<Record<string, string>>): Port {
    return childPort({ entry: join(root, 'native/host/main.ts'), env });
  }
}

const nothing = (): never => {
  throw new Error('a rehearsal asks nothing of the Console');
};

const keyOf: Readonly<Record<Role | 'hsm', string>> = {
  operator: 'ana-key',
  custodian: 'ben-key',
  witness: 'cai-key',
  hsm: 'hsm',
};

export class Table {
  readonly folder: string;
  readonly shell = new DriverShell();
  readonly failures: unknown[] = [];
  readonly acts: Acts;
  readonly room: CeremonyRoom;
  changes = 0;
  /** People read for as long as it takes: the clock of the acts goes on when they do. */
  #ahead = 0;

  constructor(folder: string, more: Partial<RoomPorts> = {}) {
    this.folder = folder;
    const look = () => ({ appearance: 'light', language: 'en' }) as const;
    this.acts = new Acts({
      shell: this.shell,
      console: nothing,
      crypto: nodeCrypto,
      now: () => new Date(Date.now() + this.#ahead),
      officer: 'ana',
      machine: 'desk',
      signer: scriptDigest,
      device: 'ana-key',
      words: wordsOf,
      difference: nothing,
      look,
      enrol: nothing,
      onError: (thrown) => this.failures.push(thrown),
      virtualKeys: null,
    });
    this.room = new CeremonyRoom({
      folder,
      shell: this.shell,
      scripts: [script],
      acts: this.acts,
      person: this.acts.ui,
      look,
      virtualKeys: null,
      own: {
        note: nothing,
        signing: { assert: nothing, sign: nothing },
        modules: [],
        devices: nothing,
        care: nothing as never,
      },
      place: () => null,
      trust: () => null,
      lock: () => null,
      tokens: () => [],
      changed: () => (this.changes += 1),
      failed: (thrown) => this.failures.push(thrown),
      ...more,
    });
  }

  /** The PIN of a role's key, or of the HSM, as it is printed. */
  pin(of: Role | 'hsm'): string {
    const [only = ''] = readdirSync(this.folder);
    return readFileSync(join(this.folder, only, 'world', 'pins', keyOf[of]), 'utf8').trim();
  }

  get page(): FakePage {
    return this.shell.page('authorize');
  }

  act(): Promise<Act> {
    return this.page.call('act/read', {});
  }

  async begin(): Promise<Act> {
    this.#ahead += 2000;
    const { act } = await this.act();
    await this.page.call('act/begin', { act, verdict: null, reason: '', device: null });
    return this.act();
  }

  async give(pin: string): Promise<void> {
    const { act } = await this.act();
    await this.page.call('act/pin', { act, bytes: new Uint8Array(Buffer.from(pin)) });
  }

  async at(phase: Act['phase']['at']): Promise<Act> {
    const now = (): Act | undefined =>
      this.page.sent.findLast(({ name }) => name === 'act/changed')?.value as Act | undefined;
    await until(() => now()?.phase.at === phase, `phase ${phase}, not ${JSON.stringify(now()?.phase)}`);
    return this.act();
  }

  /** Presses whichever key blinks. */
  async press(): Promise<void> {
    const blinking = (): FakePage | undefined =>
      this.shell.pages.find(
        (page) =>
          page.frame === 'virtual-key' &&
          (page.sent.at(-1)?.value as VirtualKey | undefined)?.waiting === true,
      );
    await until(() => blinking() !== undefined, 'the blinking');
    await blinking()?.call('virtual-key/press', {});
  }

  /** Reads, begins, types the printed PIN, presses; resolves with what was shown. */
  async carry(by: Role | 'hsm'): Promise<Act> {
    const shown = await this.begin();
    await this.at('pin');
    await this.give(this.pin(by));
    if (by !== 'hsm') await this.press();
    await this.at('ended');
    return shown;
  }

  /** Until it is as wanted. */
  async when(id: string, wanted: (shown: CeremonyShown) => boolean): Promise<CeremonyShown> {
    for (let tries = 0; tries < 600; tries++) {
      const shown = await this.room.show(id);
      if (wanted(shown)) return shown;
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
    throw new Error(`it stands at ${JSON.stringify((await this.room.show(id)).place)}`);
  }

  async sign(id: string, role: Role): Promise<Act> {
    await (await this.room.open(id)).sign(role);
    const shown = await this.carry(role);
    await this.when(id, ({ acting }) => !acting);
    return shown;
  }

  async close(): Promise<void> {
    await this.room.close();
    await this.acts.close();
  }
}
