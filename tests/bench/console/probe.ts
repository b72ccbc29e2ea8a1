// What is measured inside a page, by the page's own clock: when it was drawn, how long a filter takes, its long tasks.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** A hold of the inbox, or the heading of an inbox in which nothing waits. A table's own heading is no hold. */
const HOLD = '[role=row]:not(:has([role=columnheader])), [role=option]';
const DRAWN = `${HOLD}, h2`;
const SEARCH = 'input[type=search]';
const PATIENCE_MS = 30_000;

interface Probe {
  /** Milliseconds from the begin of navigation to the end of the frame in which it was drawn; 0 before. */
  drawn: number;
  /** Long tasks (W3C: over 50 ms) since the begin of navigation, in milliseconds each. */
  tasks: number[];
  /** Types into the search field; milliseconds until the frame that shows it has been drawn. */
  filter(text: string): Promise<number>;
}

/** Runs in the page before its own scripts; stands alone, since only its text goes there. */
function install({ drawnSelector, search }: { drawnSelector: string; search: string }): void {
  const frameEnd = (then: () => void): void => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', then, { once: true });
    port1.start();
    requestAnimationFrame(() => port2.postMessage(0)); // handled after the frame was drawn
  };
  const probe: Probe = {
    drawn: 0,
    tasks: [],
    filter: (text) =>
      new Promise((resolve, reject) => {
        const field = document.querySelector<HTMLInputElement>(search);
        if (!field) {
          reject(new Error('there is no search field'));
          return;
        }
        const begun = performance.now();
        // past React, which would take a plain assignment for its own
        const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
        value?.set?.call(field, text);
        field.dispatchEvent(new Event('input', { bubbles: true }));
        frameEnd(() => resolve(performance.now() - begun));
      }),
  };
  new PerformanceObserver((list) => {
    probe.tasks.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: 'longtask', buffered: true });
  const look = new MutationObserver(() => {
    if (!document.querySelector(drawnSelector)) return;
    look.disconnect();
    frameEnd(() => {
      probe.drawn = performance.now();
    });
  });
  look.observe(document, { childList: true, subtree: true });
  Object.defineProperty(globalThis, 'benchProbe', { value: probe });
}

/** From the page's next load on. */
export async function probe(page: Page): Promise<void> {
  await page.addInitScript(install, { drawnSelector: DRAWN, search: SEARCH });
}

/** Loads the page again: milliseconds until it was drawn. Asked from here, since a page under its policy evaluates nothing. */
export async function paint(page: Page): Promise<number> {
  await page.reload();
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until;) {
    const drawn: number = await page.evaluate('benchProbe.drawn');
    if (drawn > 0) return drawn;
    await sleep(20);
  }
  throw new Error('neither a hold nor an empty inbox was drawn');
}

export const filter = (page: Page, text: string): Promise<number> =>
  page.evaluate(`benchProbe.filter(${JSON.stringify(text)})`);

/** Long tasks since the page was loaded, in milliseconds each. */
export const longTasks = (page: Page): Promise<number[]> => page.evaluate('benchProbe.tasks');

/** Resolves when a person could begin: a hold is there. */
export const usable = (page: Page, timeout = 60_000): Promise<void> =>
  page.locator(HOLD).first().waitFor({ timeout });

/** Resolves when the list, of which only a part is drawn, says that it has so many rows, its heading aside (aria-rowcount). */
export async function holding(page: Page, count: number): Promise<void> {
  const says = (): Promise<number> =>
    page.evaluate(`Number(document.querySelector('[aria-rowcount]')?.getAttribute('aria-rowcount') ?? 0)`);
  for (const until = performance.now() + 2 * PATIENCE_MS; performance.now() < until;) {
    if ((await says()) >= count) return;
    await sleep(100);
  }
  throw new Error(`the list never had ${count} rows`);
}

/** Resolves when the inbox says that nothing waits. */
export const emptied = (page: Page): Promise<void> => page.locator('h2').first().waitFor({ timeout: 60_000 });
