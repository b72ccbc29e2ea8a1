// The authorize document of an act, the hand over it, and the virtual key that lies beside it.
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { originOf } from '../../../contract/ipc/names.ts';
import { windowOf, type Launched } from './launch.ts';

const PATIENCE = { timeout: 15_000 };

export interface DrawnKey {
  readonly page: Page;
  /** As it is printed on it. */
  readonly pin: string;
}

export class Act {
  readonly page: Page;
  readonly #launched: Launched;
  readonly #serial: string;

  private constructor(launched: Launched, page: Page, serial: string) {
    this.#launched = launched;
    this.#serial = serial;
    this.page = page;
  }

  /** The document that is open, or is just being opened. `serial`: of the key that shall sign. */
  static async of(launched: Launched, serial: string): Promise<Act> {
    const page = await windowOf(launched, 'authorize');
    await page.getByRole('region', { name: 'Now' }).waitFor(PATIENCE);
    return new Act(launched, page, serial);
  }

  /** What it says now, at the bottom. */
  says(): Promise<string> {
    return this.page.getByRole('region', { name: 'Now' }).innerText(PATIENCE);
  }

  /** All that is to be read. */
  document(): Promise<string> {
    return this.page.getByRole('main').innerText(PATIENCE);
  }

  /** Waits until the line says this. */
  async until(line: string | RegExp): Promise<string> {
    const matching = typeof line === 'string' ? expect.stringContaining(line) : expect.stringMatching(line);
    await expect.poll(() => this.says(), PATIENCE).toEqual(matching);
    return this.says();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  /** Reads to the end, as far as it takes, until the button of this name is there. */
  async read(name: string | RegExp): Promise<Locator> {
    const on = this.button('Read to the end');
    const begins = this.button(name);
    await expect
      .poll(async () => {
        // by key: the button that begins stands where this one stood, and a late click would press it
        if (await on.count()) await this.page.getByRole('main').press('End');
        return begins.count();
      }, PATIENCE)
      .toBe(1)
      .catch(async (cause: unknown) => {
        throw new Error(`no ${String(name)} but: ${await this.says()}`, { cause });
      });
    return begins;
  }

  /** Reads, then begins. */
  async begin(name: string | RegExp): Promise<void> {
    const begins = await this.read(name);
    await begins.click(PATIENCE); // once it may be pressed
    await expect.poll(() => begins.count(), PATIENCE).toBe(0);
  }

  /** Chooses the device whose name, before any badge, begins so. */
  async take(name: string): Promise<void> {
    await this.page.getByRole('radio', { name: new RegExp(`^${name}`) }).check(PATIENCE);
  }

  /** Types a PIN and sends it. */
  async pin(pin: string): Promise<void> {
    await this.page.getByLabel('PIN', { exact: true }).pressSequentially(pin, PATIENCE);
    await this.button('Go on').click();
  }

  /** The own window of the virtual key that shall sign; a spare one may lie beside it. */
  async key(): Promise<DrawnKey> {
    let found: Page | undefined;
    await expect
      .poll(async () => {
        for (const page of this.#launched.app.windows())
          if (page.url() === `${originOf('virtual-key')}/` && (await page.getByText(this.#serial).count()))
            found = page;
        return found !== undefined;
      }, PATIENCE)
      .toBe(true);
    if (!found) throw new Error('unreachable');
    return { page: found, pin: await found.locator('.label-pin .exact').innerText(PATIENCE) };
  }

  /** Types the PIN that is printed on the key, and waits for its light. */
  async unlock(): Promise<DrawnKey> {
    await this.until('Enter the PIN');
    const key = await this.key();
    await this.pin(key.pin);
    await this.until('Press the button on the virtual key');
    return key;
  }

  /** The whole act with the virtual key. */
  async sign(name: string | RegExp): Promise<void> {
    await this.begin(name);
    const { page } = await this.unlock();
    await page.getByRole('button', { name: 'Press the key' }).click(PATIENCE);
  }

  /** Closes the document. */
  async done(): Promise<void> {
    const closed = this.page.waitForEvent('close');
    // the window may be gone before its click is answered
    await this.button(/^(Done|Close)$/)
      .click(PATIENCE)
      .catch(() => undefined);
    await closed;
  }
}
