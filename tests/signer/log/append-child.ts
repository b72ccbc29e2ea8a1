// Appends to the log as fast as it can until it is killed, and prints each index only after it was acknowledged.
import { writeSync } from 'node:fs';
import { RECORD_TYPE } from '../../../core/log/record.ts';
import { NOW } from '../../support/world.ts';
import { loadDesk } from '../desk/child-world.ts';

const [dir = ''] = process.argv.slice(2);
const { log } = await loadDesk(dir, () => undefined);
await log.check();
const say = (what: object) => writeSync(1, `${JSON.stringify(what)}\n`);

async function writer(name: string): Promise<never> {
  for (let n = 0; ; n++) {
    const about = `${name} ${n}`;
    const index = await log.append({ _type: RECORD_TYPE, at: NOW, event: 'alarm', code: 'test', about });
    say({ index, about });
    if (n % 5 === 0) say({ checkpoint: await log.checkpoint() });
  }
}
await Promise.all(['a', 'b', 'c'].map((name) => writer(`${name}${process.pid}`)));
