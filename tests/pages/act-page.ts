// Opens the authorize document on an act, with a main behind it that lets a person do everything.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Act, Purpose } from '../../contract/ipc/act.ts';
import type { Scene, Stage } from './stage.ts';

export const tall = { width: 560, height: 760 } as const;
export const small = { width: 500, height: 440 } as const;

/** Kept as a picture in both themes; of more contrast one is enough. */
export const isKept = (name: string): boolean => !name.endsWith('-contrast') || name === 'kept-contrast';
export const sizes: Partial<Record<Purpose['purpose'], { width: number; height: number }>> = {
  decide: tall,
  'sign-held': tall,
  directory: tall,
  suspend: { width: 520, height: 600 },
  ceremony: tall,
};

/** Opens the document on this act; every call that a person can make succeeds. */
export async function openAct(
  stage: Stage<'authorize'>,
  act: Act,
  look: Parameters<typeof stage.open>[1] = {},
): Promise<Scene<'authorize'>> {
  const scene = await stage.open(
    {
      'act/read': () => act,
      'act/begin': () => ({}),
      'act/pin': () => ({}),
      'act/cancel': () => ({}),
      'act/close': () => ({}),
    },
    { ...tall, ...look },
  );
  await scene.page.waitForSelector('main');
  return scene;
}

/** Brings the end of the document into view. */
export async function readAll(page: Page): Promise<void> {
  await page.evaluate('document.querySelector("main").scrollTo(0, 1e6)');
  await page.waitForTimeout(100);
}

/** What stands last at the bottom may be pressed: a short document's button settles first. */
export const settled = (page: Page): Promise<void> =>
  expect.poll(() => page.locator('section button').last().isEnabled(), { timeout: 5000 }).toBe(true);

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
