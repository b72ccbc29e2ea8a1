// The Signer as a process: `node signer/app/main.ts CONFIG`. One JSON line on stdout when it is ready, logs on stderr.
import { randomBytes } from 'node:crypto';
import { isFault } from '../../core/fault/fault.ts';
import { makeLogger } from '../telemetry/logger.ts';
import { readConfig, type Config } from './config.ts';
import { openSigner, type Signer } from './signer.ts';

const UNUSABLE = 2;
/** How long an orderly end may take, in milliseconds; a crash in the middle would lose nothing either. */
const PATIENCE = 2500;

function told(thrown: unknown): string {
  return isFault(thrown)
    ? `${thrown.says} ${thrown.detail}. ${thrown.next} [${thrown.code}]`
    : String(thrown);
}

function endWith(signer: Signer, config: Config): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(0), PATIENCE).unref();
    signer.close().then(
      () => process.exit(0),
      (thrown: unknown) => {
        process.stderr.write(`${told(thrown)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  if (config.endWithStdin) process.stdin.on('end', end).on('close', end).on('error', end).resume();
}

async function main(path: string | undefined): Promise<void> {
  if (path === undefined) throw new Error('usage: signer CONFIG');
  const config = await readConfig(path);
  const logger = makeLogger(config.logLevel);
  const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
  const signer = await openSigner(config, { now: () => new Date(), random, logger });
  endWith(signer, config);
  logger.info({ port: signer.port, dev: config.dev }, 'ready');
  process.stdout.write(`${JSON.stringify({ ready: true, port: signer.port })}\n`);
}

try {
  await main(process.argv[2]);
} catch (thrown) {
  process.stderr.write(`${told(thrown).replaceAll('\n', ' ')}\n`);
  process.exit(isFault(thrown) && thrown.kind === 'lack' ? UNUSABLE : 1);
}
