// The Signer's log: JSON lines on stderr, with what must never be in a log taken out.
import { destination, pino, type DestinationStream, type Logger } from 'pino';

const SECRET = [
  'authorization',
  'dpop',
  'cookie',
  'token',
  'access_token',
  'poe',
  'value',
  'pin',
  'password',
  'proof',
];

/**
 * A logger that writes to `stream` (stderr unless given). Members that may carry a secret are censored at the top and
 * one level down: a second net, for nobody should log them in the first place.
 */
export function makeLogger(
  level = 'info',
  stream: DestinationStream = destination({ fd: 2, sync: true }),
): Logger {
  const paths = SECRET.flatMap((name) => [name, `*.${name}`]);
  return pino({ level, base: { service: 'signer' }, redact: { paths, censor: '[taken out]' } }, stream);
}
