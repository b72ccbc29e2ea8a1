// scratch.
import { raise, starting } from './stage.ts';
import { night, queueOf } from './fixtures/queue.ts';
const stage = await raise('app', 'app');
for (const scheme of ['light', 'dark'] as const) {
  const { page, complaints } = await stage.open(starting({ queue: queueOf(night) }), { scheme });
  await page.waitForTimeout(500);
  await page.screenshot({ path: `/tmp/rshots/inbox-${scheme}.png` });
  console.log(scheme, complaints);
}
await stage.close();
