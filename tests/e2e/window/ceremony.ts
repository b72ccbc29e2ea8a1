// Three people at one Console: they go through a ceremony as its screen asks them to, each with a key of their own.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { expect, vi } from 'vitest';
import type { WorldReady } from '../../../contract/demo/world.ts';
import { root } from '../../layers/tree.ts';
import { indexedPng } from '../../pages/indexed-png.ts';
import type { Done, Officer } from './officer.ts';

const PATIENCE = { timeout: 30_000 };

export type Role = 'operator' | 'custodian' | 'witness';

/** What lies on the table: each role's key, and the HSM's sticker. */
export interface Table {
  readonly keys: Readonly<Record<Role, { readonly name: string; readonly pin: string }>>;
  readonly hsm: { readonly pin: string };
}

/** The rehearsal's own, as its folder tells them. */
export function rehearsalTable(dataDir: string): Table {
  const folder = join(dataDir, 'ceremonies');
  const [found, ...more] = readdirSync(folder).filter((name) =>
    existsSync(join(folder, name, 'world', 'pins')),
  );
  if (found === undefined || more.length > 0) throw new Error('one rehearsal is expected');
  const pin = (of: string) => readFileSync(join(folder, found, 'world', 'pins', of), 'utf8').trim();
  const key = (officer: string) => ({ name: `rehearsal key of ${officer}`, pin: pin(`${officer}-key`) });
  return {
    keys: { operator: key('ana'), custodian: key('ben'), witness: key('cai') },
    hsm: { pin: pin('hsm') },
  };
}

/** The officers' own keys, and the Signer's HSM as its custodian brings it. */
export function realTable({ seats, signerHsm }: WorldReady): Table {
  const key = (at: number) => {
    const found = seats[at]?.securityKeys.find(({ enrolled }) => enrolled !== null);
    if (!found) throw new Error(`seat ${at} has no key`);
    return found;
  };
  if (!signerHsm) throw new Error('the Signer has no HSM');
  return { keys: { operator: key(0), custodian: key(1), witness: key(2) }, hsm: { pin: signerHsm.pin } };
}

/** Keeps `docs/images/window/NAME.png`; only under UPDATE_GOLDEN=1. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env['UPDATE_GOLDEN'] !== '1') return;
  const folder = join(root, 'docs/images/window');
  mkdirSync(folder, { recursive: true });
  const png = PNG.sync.read(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
  writeFileSync(join(folder, `${name}.png`), indexedPng(png.width, png.height, png.data));
}

export class Ceremony {
  readonly #officer: Officer;
  readonly #table: Table;
  #last: Page | undefined;

  constructor(officer: Officer, table: Table) {
    this.#officer = officer;
    this.#table = table;
  }

  get page(): Page {
    return this.#officer.page;
  }

  /** The step at which it stands. */
  step(name: string) {
    return this.page.getByRole('region', { name, exact: true });
  }

  async tickAll(): Promise<void> {
    for (const box of await this.page.getByRole('checkbox').all()) await box.check(PATIENCE);
  }

  /** The document that has opened since the last one. */
  async document(): Promise<Page> {
    this.#last = await this.#officer.act(this.#last);
    return this.#last;
  }

  /** Reads, begins, types the PIN and presses the key. */
  async carry(document: Page, by: Role | 'hsm'): Promise<Done> {
    const seat = by === 'hsm' ? { name: 'none', pin: this.#table.hsm.pin } : this.#table.keys[by];
    await this.#officer.begin(document);
    return this.#officer.carry(document, { ...seat, path: '', store: '/', serial: '', enrolled: null });
  }

  /** Presses the button of the step's act. */
  async act(name: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name }).click(PATIENCE);
  }

  /** These roles sign what is pending, in order. Returns what each document said. */
  async sign(...roles: Role[]): Promise<string[]> {
    await this.tickAll();
    const shown: string[] = [];
    for (const role of roles) {
      const button = this.page.getByRole('button', { name: `Sign as ${role}` });
      await vi.waitFor(async () => expect(await button.isEnabled()).toBe(true), PATIENCE);
      await button.click(PATIENCE);
      shown.push((await this.carry(await this.document(), role)).what);
    }
    return shown;
  }

  /** Waits until it stands at this step. */
  async at(name: string): Promise<void> {
    await this.step(name).waitFor(PATIENCE);
  }
}
