// An officer at a Console in a real window: goes to rooms, reads and begins what is to be authorized, types PINs, presses keys.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { vi } from 'vitest';
import { originOf, type Frame } from '../../../contract/ipc/names.ts';
import {
  WorldAnswer,
  WorldReady,
  type Seat,
  type VirtualKeySeat,
  type WorldWish,
} from '../../../contract/demo/world.ts';
import { root } from '../../layers/tree.ts';
import { windowOf, type Stage } from './launch.ts';

const PATIENCE_MS = 30_000;
/** The button that begins an act, by its words. */
const BEGIN =
  /^(Approve|Deny|Sign version|Sign the step|Go on|Sign with your key|Make a key|Freigeben|Ablehnen)/;

/** A demo's world that does nothing unless it is asked, in a state folder of its own; Consoles attach to it. */
export interface World {
  readonly ready: WorldReady;
  /** What XDG_STATE_HOME is for its Consoles. */
  readonly state: string;
  end(): Promise<void>;
}

/** Starts one. Its entitlement counts for two seconds only, so that a bypass can be raised at once. */
export async function startWorld(stage: Stage): Promise<World> {
  const state = mkdtempSync(join(stage.folder, 'state-'));
  const demo = join(state, 'signer-console', 'demo');
  mkdirSync(demo, { recursive: true, mode: 0o700 });
  const args = [join(root, 'demo/world/main.ts'), '--state', demo, '--quiet', '--poe-ttl', '2'];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stderr.on('data', (part: Buffer) => (err += part.toString('utf8')));
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString('utf8');
      if (out.includes('\n')) resolve();
    });
    void ended.then(() => reject(new Error(`the world ended: ${err}`)));
  });
  const end = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  return { ready: WorldReady.parse(JSON.parse(out)), state, end };
}

/** Asks the world for something at once. */
export async function wish({ control }: WorldReady, wanted: WorldWish): Promise<WorldAnswer> {
  const answer = await fetch(control.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${control.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(wanted),
  });
  const said: unknown = await answer.json();
  if (answer.status !== 200) throw new Error(`${wanted.wish}: ${answer.status} ${JSON.stringify(said)}`);
  return WorldAnswer.parse(said);
}

/** The same, for what is to be held. Gives the request's id. */
export async function held(world: WorldReady, wanted: WorldWish): Promise<string> {
  const answer = await wish(world, wanted);
  if (answer.outcome !== 'held') throw new Error(`${wanted.wish}: ${JSON.stringify(answer)}`);
  return answer.requestId;
}

/** What the authorize document says when it has come to rest, and the words of what was authorized. */
export interface Done {
  readonly what: string;
  readonly said: string;
}

/** A Console's windows, however it was started. */
export interface Windows {
  readonly pages: () => Page[];
  /** What its main process wrote on stderr, where that is heard. */
  readonly said: () => string;
  /** Ends the app. */
  leave?(): Promise<void>;
  /** Where the shell can be told what its dialog answers. */
  saveTo?(path: string): Promise<void>;
}

export class Officer {
  readonly seat: Seat;
  readonly world: WorldReady;
  readonly page: Page;
  readonly #windows: Windows;

  constructor(windows: Windows, page: Page, world: WorldReady, officer: string) {
    const seat = world.seats.find((one) => one.officer === officer);
    if (!seat) throw new Error(`no seat of ${officer}`);
    this.#windows = windows;
    this.page = page;
    this.world = world;
    this.seat = seat;
    page.setDefaultTimeout(PATIENCE_MS);
  }

  /** Opens the demo's Console of this officer and waits until it shows that it is online. */
  static async sit(stage: Stage, { ready, state }: World, officer: string): Promise<Officer> {
    const args = ['--demo', ...(officer === 'ana' ? [] : ['--officer', officer])];
    const launched = await stage.launch({ args, state });
    const page = await windowOf(launched, 'app');
    const pages = (): Page[] => launched.app.windows();
    const saveTo = (path: string): Promise<void> =>
      launched.app.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
      }, path);
    const leave = (): Promise<void> => launched.app.close();
    const windows = { pages, said: launched.said, saveTo, leave };
    const sitting = new Officer(windows, page, ready, officer);
    await page.getByText('Online', { exact: true }).waitFor();
    return sitting;
  }

  /** The security key with which this officer decides, or the one that is not enrolled. */
  key(enrolled = true): VirtualKeySeat {
    const found = this.seat.securityKeys.find((key) => (key.enrolled !== null) === enrolled);
    if (!found) throw new Error(`${this.seat.officer} has no such key`);
    return found;
  }

  /** Whatever main asks a place for is saved here. */
  async saveTo(path: string): Promise<void> {
    await this.#windows.saveTo?.(path);
  }

  /** Closes this Console. */
  async leave(): Promise<void> {
    await this.#windows.leave?.();
  }

  async room(name: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('button', { name }).click();
    await this.page.getByRole('heading', { level: 1, name }).waitFor();
  }

  row(requestId: string): Locator {
    return this.page.locator(`[data-request="${requestId}"]`);
  }

  /** Waits until the request is in the inbox; what came while somebody is on the list is let in as a person does it. */
  async arrived(requestId: string): Promise<Locator> {
    const row = this.row(requestId);
    const fresh = this.page.getByRole('button', { name: /^\d+ (new|neu)/ });
    await row.or(fresh).first().waitFor();
    if (!(await row.isVisible())) await fresh.click();
    await row.waitFor();
    return row;
  }

  /** Opens the review of a request that waits in the inbox. */
  async review(requestId: string, inbox = 'Inbox'): Promise<Locator> {
    await this.room(inbox);
    const row = await this.arrived(requestId);
    const approve = this.page.getByRole('button', { name: /^(Approve|Freigeben)/ });
    // right after rows have moved a click is not believed: then a person clicks again
    await vi.waitFor(
      async () => {
        if (await row.isVisible()) await row.click();
        await approve.waitFor({ timeout: 1500 });
      },
      { timeout: PATIENCE_MS },
    );
    return this.page.getByRole('main');
  }

  windows(frame: Frame): Page[] {
    return this.#windows.pages().filter((page) => page.url() === `${originOf(frame)}/`);
  }

  /** The authorize document that is open; waits for one, other than `before`. */
  async act(before?: Page): Promise<Page> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = this.windows('authorize').find((page) => page !== before);
      if (found) {
        found.setDefaultTimeout(PATIENCE_MS);
        await found.getByRole('region', { name: /./ }).waitFor();
        return found;
      }
      if (Date.now() > until) throw new Error(`no act opened; main said:\n${this.#windows.said()}`);
      await sleep(20);
    }
  }

  /** Reads to the end and begins. */
  async begin(act: Page): Promise<void> {
    const begin = act.locator('section').last().getByRole('button', { name: BEGIN });
    // by the keyboard: the button that reads on becomes the one that begins, under the pointer
    await vi.waitFor(
      async () => {
        await act.getByRole('main').press('End');
        await begin.waitFor({ timeout: 1000 });
      },
      { timeout: PATIENCE_MS },
    );
    await begin.click();
  }

  /**
   * Types the PIN and presses the key whenever it is asked for, until the act rests, and closes it; or until it is closed by
   * the next act, of which nothing is said. Rejects when it failed.
   */
  async carry(act: Page, key: VirtualKeySeat = this.key()): Promise<Done> {
    const what = await act.getByRole('main').innerText();
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        const said = await this.#step(act, key, Date.now() > until);
        if (said !== undefined) return { what, said };
      } catch (thrown) {
        if (act.isClosed()) return { what, said: '' };
        throw thrown;
      }
      await sleep(50);
    }
  }

  /** Does what is asked for now; gives what the act said when it was over, and undefined before. */
  async #step(act: Page, key: VirtualKeySeat, late: boolean): Promise<string | undefined> {
    const now = act.locator('section').last();
    const done = now.getByRole('button', { name: /^(Done|Fertig)$/ });
    if (await done.isVisible()) {
      const said = await now.locator('p.text-lg').innerText();
      const closed = act.waitForEvent('close');
      await done.click().catch(() => undefined); // it may be gone before the click has ended
      await closed;
      return said;
    }
    if (late || (await now.locator('p.exact').isVisible()) || (await now.getByText(/^Wrong PIN/).isVisible()))
      throw new Error(`the act said: ${await now.innerText()}\nmain said:\n${this.#windows.said()}`);
    const pin = now.locator('input[type=password]');
    if (await pin.isVisible()) {
      await pin.fill(key.pin);
      await pin.press('Enter');
      await pin.waitFor({ state: 'detached' });
    }
    await this.press(key);
    return undefined;
  }

  /** Presses the button of this virtual key, if it waits. */
  async press({ name }: VirtualKeySeat): Promise<boolean> {
    for (const page of this.windows('virtual-key')) {
      const button = page.locator(`main[aria-label="VIRTUAL ${name}"] button.press[aria-disabled=false]`);
      if (await button.isVisible().catch(() => false)) {
        await button.click({ timeout: 1000 }).catch(() => undefined); // it waits no more
        return true;
      }
    }
    return false;
  }

  /** Approves what is under review, from the button to the record in the log. */
  async approve(key?: VirtualKeySeat): Promise<Done> {
    await this.page.getByRole('button', { name: /^Approve/ }).click();
    const act = await this.act();
    await this.begin(act);
    return this.carry(act, key);
  }
}
