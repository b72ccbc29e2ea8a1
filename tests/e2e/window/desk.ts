// An officer at a Console of the demo's world, as a test sees both: the world's door, the inbox, the windows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { WorldReady, type Seat, type WorldAnswer, type WorldWish } from '../../../contract/demo/world.ts';
import { originOf } from '../../../contract/ipc/names.ts';
import { Act } from './act.ts';
import { windowOf, type Launched, type Stage } from './launch.ts';

type Status = Extract<WorldAnswer, { outcome: 'status' }>;
type Submitted = Extract<WorldWish, { wish: 'submit' }>;

/** A whole installation is made before the first window. */
const START_MS = 60_000;
export const PATIENCE = { timeout: 15_000 };

export interface DeskOptions {
  /** Who sits there; whoever sits there by itself unless given, which is ana. */
  readonly officer?: string;
  /** Sits at the world of this desk; without one a world is started. */
  readonly beside?: Desk;
}

/** One officer's Console, and the world that it looks at. */
export class Desk {
  readonly launched: Launched;
  readonly page: Page;
  readonly world: WorldReady;
  readonly seat: Seat;
  /** The demo's folder. */
  readonly folder: string;

  private constructor(launched: Launched, page: Page, folder: string, officer: string) {
    this.launched = launched;
    this.page = page;
    this.folder = folder;
    this.world = WorldReady.parse(JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8')));
    const seat = this.world.seats.find((one) => one.officer === officer);
    if (!seat) throw new Error(`nobody is called ${officer}`);
    this.seat = seat;
  }

  /** Starts the app as a person would, and waits for an inbox that is filled. Then the pipeline does nothing by itself. */
  static async open(stage: Stage, { officer, beside }: DeskOptions = {}): Promise<Desk> {
    const state = join(stage.folder, `state-${officer ?? 'first'}`);
    const folder = beside?.folder ?? join(state, 'signer-console', 'demo');
    const args = [...(officer ? ['--officer', officer] : []), ...(beside ? ['--data', folder] : [])];
    const launched = await stage.launch({ state, args: ['--demo', ...args] });
    const page = await windowOf(launched, 'app', START_MS);
    await page
      .locator('[role=row][data-request]')
      .first()
      .waitFor({ timeout: START_MS })
      .catch(async (thrown: unknown) => {
        const shown = await page.locator('body').innerText();
        throw new Error(`no inbox; main said:\n${launched.said()}\nthe page shows:\n${shown}`, {
          cause: thrown,
        });
      });
    const desk = new Desk(launched, page, folder, officer ?? 'ana');
    if (!beside) await desk.wish({ wish: 'quiet' });
    return desk;
  }

  /** Asks the world. */
  async wish(wish: WorldWish): Promise<WorldAnswer> {
    const { url, token } = this.world.control;
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(wish),
    });
    if (!response.ok) throw new Error(`${wish.wish}: ${response.status} ${await response.text()}`);
    return (await response.json()) as WorldAnswer;
  }

  /** Has the pipeline submit a document that is held. Resolves with the request's id. */
  async hold(document: Submitted['document']): Promise<string> {
    const answer = await this.wish({ wish: 'submit', document, wording: 'plain' });
    if (answer.outcome !== 'held') throw new Error(`${document} was not held: ${JSON.stringify(answer)}`);
    return answer.requestId;
  }

  /** Where a request stands, as the Signer tells whoever asked for it. */
  async status(requestId: string): Promise<Status> {
    const answer = await this.wish({ wish: 'status', requestId });
    if (answer.outcome !== 'status') throw new Error(`${requestId}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Waits until the Signer tells the requester this. */
  async ends(requestId: string, state: Status['state']): Promise<Status> {
    await expect.poll(async () => (await this.status(requestId)).state, PATIENCE).toBe(state);
    return this.status(requestId);
  }

  /** The request's row in the inbox, once it stands there; what came meanwhile is let in. */
  async row(requestId: string): Promise<Locator> {
    const row = this.page.locator(`[role=row][data-request="${requestId}"]`);
    await expect
      .poll(async () => {
        await this.page.keyboard.press('n');
        return row.count();
      }, PATIENCE)
      .toBe(1);
    return row;
  }

  /** Opens a request's review from its row. */
  async review(requestId: string): Promise<void> {
    await this.inbox();
    const row = await this.row(requestId);
    // a row that has just moved does not take the click that was meant for another
    await expect
      .poll(async () => {
        if (await row.count()) await row.click({ timeout: 1000 }).catch(() => undefined);
        return this.reviewed(requestId).count();
      }, PATIENCE)
      .toBe(1);
  }

  /** The head of this request's review. */
  reviewed(requestId: string): Locator {
    return this.page.getByText(requestId, { exact: true });
  }

  /** Steps back to the inbox. */
  async inbox(): Promise<void> {
    const grid = this.page.getByRole('grid', { name: 'Inbox' });
    if (!(await grid.count())) await this.page.keyboard.press('Escape');
    await grid.waitFor(PATIENCE);
  }

  /** Presses a key in the review, once it can be pressed there, which opens an act. */
  async act(name: 'Approve…' | 'Deny…' | 'Sign with your key…', key: 'a' | 'd' | 's'): Promise<Act> {
    const button = this.page.getByRole('button', { name });
    await expect.poll(() => button.isEnabled(PATIENCE), PATIENCE).toBe(true);
    await this.page.keyboard.press(key);
    return Act.of(this.launched, this.seat.securityKeys[0]?.serial ?? '');
  }

  approve(): Promise<Act> {
    return this.act('Approve…', 'a');
  }

  /** What a page's own function of this name answers. */
  call(name: string, input: object): Promise<unknown> {
    return this.page.evaluate(([n, i]) => window.signerConsole[n]?.(i), [name, input] as const);
  }

  /** Saves a request's evidence as the Console does, to this path. */
  async saveEvidence(requestId: string, path: string): Promise<void> {
    await this.launched.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
    expect(await this.call('evidence/save', { requestId })).toEqual({ ok: true, value: { path } });
  }

  /** Closes every act that a test has left open. */
  async clear(): Promise<void> {
    const left = this.launched.app.windows().filter((page) => page.url() === `${originOf('authorize')}/`);
    await Promise.all(left.map((page) => page.close()));
  }

  /** Ends the app, and with the first one the world. */
  async close(): Promise<void> {
    await this.launched.app.close();
  }
}
