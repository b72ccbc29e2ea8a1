// The entry of a driver process under plain Node: its IPC channel, served by the real drivers.
import { processPort } from './process-port.ts';
import { run } from './run.ts';

if (process.send === undefined) {
  process.stderr.write('This is a driver process; the Console, the Signer or stella starts it.\n');
  process.exit(2);
}
await run(processPort(process));
