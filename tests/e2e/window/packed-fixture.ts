// What stands in for the app in a package: asks a PKCS#11 driver, the security-key driver and the second decoder, and says so.
import '../../../main/shell/electron/shims.ts';
import { join } from 'node:path';
import type { Handlers } from '../../../contract/ipc/calls.ts';
import { serve } from '../../../main/ipc/serve.ts';
import { startElectron } from '../../../main/shell/electron/start.ts';
import type { Places } from '../../../main/shell/places.ts';
import type { Shell } from '../../../main/shell/shell.ts';
import { connectDriver } from '../../../ports/driver-client.ts';

const log = (line: string): void => void process.stderr.write(`${line}\n`);

async function run(shell: Shell, argv: readonly string[], places: Places): Promise<void> {
  const env = { SOFTHSM2_CONF: process.env['SOFTHSM2_CONF'] ?? '' };
  const module = process.env['FIXTURE_MODULE'] ?? '';
  const hsm = await connectDriver(shell.driver(env), { driver: 'pkcs11', config: { module } });
  const { tokens } = await hsm.call('tokens', {}, { deadlineMs: 10_000 });
  const keys = await connectDriver(shell.driver({}), { driver: 'security-key', config: { devices: [] } });
  await keys.call('list', {}, { deadlineMs: 10_000 });
  const question = { version: '1', payloadType: 'application/vnd.in-toto+json', payload: 'e30=' };
  const input = new TextEncoder().encode(JSON.stringify(question));
  const second = new TextDecoder().decode(await shell.second([], input));
  await shell.open('app', {} as Handlers<'app'>, {
    title: 'packed',
    size: { width: 400, height: 300 },
    resizable: false,
  });
  process.stdout.write(
    `${JSON.stringify({ tokens: tokens.map(({ label }) => label), second, argv, places })}\n`,
  );
  shell.quit();
}

startElectron({
  built: join(__dirname, '..'),
  log,
  run,
  serve: (frame, handlers) => serve(frame, handlers, { log: ({ cause }) => log(String(cause)) }),
});
