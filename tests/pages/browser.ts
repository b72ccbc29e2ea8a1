// The system's Chromium, and pages of it with a fixed clock: what a person would see at one exact moment.
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

/** The moment of all fixtures. */
export const NOW = '2026-03-14T03:07:20.000Z';

export interface Look {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  readonly contrast?: boolean;
  readonly reduced?: boolean;
}

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const chromiumPath: string | undefined = places.find((path) => existsSync(path));

/** What is missing when there is none. */
export const chromiumHere = (): string | undefined =>
  chromiumPath ? undefined : 'apt-get install -y chromium';

export function openBrowser(): Promise<Browser> {
  if (!chromiumPath) throw new Error('no Chromium is installed');
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--font-render-hinting=none',
      '--force-color-profile=srgb',
    ],
  });
}

/** A fresh page; what its policy or its scripts complain about is gathered in `complaints`. */
export async function openPage(
  browser: Browser,
  look: Look = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1280, height: look.height ?? 800 },
    colorScheme: look.scheme ?? 'light',
    contrast: look.contrast ? 'more' : 'no-preference',
    reducedMotion: look.reduced === false ? 'no-preference' : 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(NOW);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { page, complaints };
}
