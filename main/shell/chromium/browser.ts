// Chromium over a debugging pipe, with a profile for this run alone: opens app windows, closes every other.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page as Tab } from 'playwright-core';
import { LackFault } from '../../../core/fault/fault.ts';
import { ownFolder } from '../state-folder.ts';
import { isRoot, launchFlags, openFlags, unwanted } from './flags.ts';

/** `folder`: where the profile lies; nobody else uses it while we run. `headless`: no window is drawn; for tests. */
export interface BrowserOptions {
  readonly program: string;
  readonly folder: string;
  readonly headless: boolean;
  readonly log: (line: string) => void;
}

const PROFILE = 'profile-';
const LAUNCH_MS = 30_000;
const OPEN_MS = 10_000;
const BECOME_MS = 2000;

/** An empty page whose address names it, so that ours is told from any other window. */
const blank = (): string => `data:text/html,${randomBytes(16).toString('hex')}`;

/** What a run that was killed could not remove. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith(PROFILE)) rmSync(join(folder, name), { recursive: true, force: true });
}

async function playwright() {
  try {
    return (await import('playwright-core')).chromium;
  } catch (cause) {
    throw new LackFault('chromium_missing', 'the package playwright-core is not installed', cause);
  }
}

export class Browser {
  readonly #options: BrowserOptions;
  readonly #profile: string;
  readonly #context: BrowserContext;
  readonly #mine = new Set<Tab>();
  #opening: Promise<unknown> = Promise.resolve();
  #expected: string | undefined;
  #first: Tab | undefined;
  #taken: ((tab: Tab) => void) | undefined;
  readonly #gone: Promise<void>;

  private constructor(options: BrowserOptions, profile: string, context: BrowserContext, first: Tab) {
    this.#options = options;
    this.#profile = profile;
    this.#context = context;
    this.#first = first;
    this.#mine.add(first);
    context.on('page', (tab) => void this.#met(tab));
    this.#gone = new Promise((resolve) => {
      context.on('close', () => resolve());
    });
  }

  /** Starts it with one empty window. LackFault `chromium_missing` when it does not come up. */
  static async launch(options: BrowserOptions): Promise<Browser> {
    const chromium = await playwright();
    const folder = ownFolder(options.folder);
    sweep(folder);
    const profile = mkdtempSync(join(folder, PROFILE));
    try {
      const context = await chromium.launchPersistentContext(profile, {
        executablePath: options.program,
        headless: options.headless,
        chromiumSandbox: !isRoot(),
        ignoreDefaultArgs: unwanted,
        args: launchFlags(blank(), isRoot()),
        timeout: LAUNCH_MS,
        handleSIGHUP: false,
        handleSIGINT: false,
        handleSIGTERM: false,
        acceptDownloads: false,
        // the desktop's own preferences, not those of a test
        viewport: null,
        colorScheme: null,
        reducedMotion: null,
        forcedColors: null,
        contrast: null,
      });
      await context.grantPermissions(['clipboard-write']); // and by that no other
      // each page has a route of its own for its files; nothing else is answered
      await context.route('**/*', (route) => route.abort('aborted'));
      const [first] = context.pages();
      if (!first) throw new Error('it opened no window');
      return new Browser(options, profile, context, first);
    } catch (cause) {
      rmSync(profile, { recursive: true, force: true });
      throw new LackFault('chromium_missing', `${options.program} did not start`, cause);
    }
  }

  /** For tests, which click through the same pipe. */
  get context(): BrowserContext {
    return this.#context;
  }

  /** Resolves when Chromium is gone, asked for or not. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  /** An empty app window. One opens at a time. */
  open(): Promise<Tab> {
    const opened = this.#opening.then(() => this.#openOne());
    this.#opening = opened.catch(() => undefined); // whoever asked for that one is told; the next is opened all the same
    return opened;
  }

  async #openOne(): Promise<Tab> {
    const first = this.#first;
    this.#first = undefined;
    if (first && !first.isClosed()) return first;
    const page = blank();
    const taken = new Promise<Tab>((resolve) => {
      this.#taken = resolve;
    });
    this.#expected = page;
    try {
      this.#ask(page);
      return await Promise.race([taken, this.#tooLate()]);
    } finally {
      this.#expected = undefined;
      this.#taken = undefined;
    }
  }

  /** Without a window system there is no second start, and a tab is as good. */
  #ask(page: string): void {
    const { program, headless, log } = this.#options;
    if (headless) {
      void this.#context.newPage().then((tab) => tab.goto(page));
      return;
    }
    const child = spawn(program, openFlags(page, isRoot(), this.#profile), {
      stdio: 'ignore',
      timeout: OPEN_MS,
    });
    child.on('error', (cause) => log(`chromium: a window did not open: ${cause.message}`));
  }

  async #tooLate(): Promise<never> {
    await Promise.race([
      this.#gone,
      new Promise((resolve) => {
        setTimeout(resolve, OPEN_MS).unref();
      }),
    ]);
    throw new LackFault('chromium_missing', 'a window did not open');
  }

  /** Ours is the one that shows what we asked for; a person, or a page, may have opened any other. */
  async #met(tab: Tab): Promise<void> {
    const expected = this.#expected;
    const isOurs =
      expected !== undefined &&
      (await tab
        .waitForURL(expected, { timeout: BECOME_MS, waitUntil: 'commit' })
        .then(() => true)
        .catch(() => false));
    if (isOurs) {
      this.#mine.add(tab);
      this.#taken?.(tab);
      return;
    }
    this.#options.log('chromium: a window that the app did not open was closed');
    await tab.close().catch(() => undefined); // closed by then, as it should be
  }

  /** Ends it, where it has not ended already, and removes its profile. */
  async close(): Promise<void> {
    try {
      // one that is going already says so by failing; it is gone soon
      await this.#context.close().catch(() => this.#gone);
    } finally {
      rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    }
  }
}
