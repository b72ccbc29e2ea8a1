// A question that lasts as long as its device is there: what ends it, and what does not.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { DeviceFault } from '../../core/fault/fault.ts';
import { askWhileThere, LOOK_MS } from '../../ports/hand/presence.ts';

test('a driver that cannot list leaves the question open; a defect of ours does not', async () => {
  const over = new AbortController().signal;
  const slow = () => sleep(2.5 * LOOK_MS).then(() => 'typed');
  const fault = async () => {
    throw new DeviceFault('driver_failed');
  };
  expect(await askWhileThere(fault, slow, over)).toBe('typed');
  const untilOver = (signal: AbortSignal): Promise<string> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('over')));
    });
  const defect = async () => {
    throw new TypeError('oops');
  };
  await expect(askWhileThere(defect, untilOver, over)).rejects.toThrow('oops');
  const stop = new AbortController();
  const asking = askWhileThere(async () => true, untilOver, stop.signal);
  stop.abort();
  await expect(asking).rejects.toThrow('over');
  await expect(
    askWhileThere(
      async () => true,
      async () => 'at once',
      stop.signal,
    ),
  ).resolves.toBe('at once');
});
