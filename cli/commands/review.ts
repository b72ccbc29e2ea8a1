// stella review: a second look at a payload, on another machine: the same view, the same digest.
import { LackFault } from '../../core/fault/fault.ts';
import { fromBase64 } from '../../core/bytes/base64.ts';
import { parseEnvelope } from '../../core/dsse/envelope.ts';
import { parseBundle } from '../../core/dsse/bundle.ts';
import { PAYLOAD_TYPE } from '../../core/dsse/statement.ts';
import { parseEvidence } from '../../core/evidence-file/evidence.ts';
import { digestBytes } from '../../core/json/digest.ts';
import { visible } from '../../core/review/text.ts';
import { viewDigest, viewOf, viewVersions, type View } from '../../core/review/view.ts';
import { wordsOf } from '../../core/words/words.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { readArgs } from '../args.ts';
import { readBytes } from '../files.ts';
import { printJson, printLines, type Command } from '../report.ts';

const HELP = `stella review (--payload F | --bundle F | --envelope F | --evidence F) [--type T] [--view V] [--json]

  --payload F    the bytes that would be signed, or the file that holds them in a bundle, an envelope or evidence
  --type T       the payload type of --payload (${PAYLOAD_TYPE} unless given)
  --view V       the view version (${viewVersions.join(', ')})
  --json         the whole view object and its digest

Read the view's words aloud to the officer who decides: all twelve must be the same.
`;

const options = {
  payload: { type: 'string' },
  bundle: { type: 'string' },
  envelope: { type: 'string' },
  evidence: { type: 'string' },
  type: { type: 'string' },
  view: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = { [K in keyof typeof options]?: string | boolean | undefined };

async function payloadFrom(values: Values): Promise<{ type: string; payload: Uint8Array }> {
  const given = (['payload', 'bundle', 'envelope', 'evidence'] as const).filter(
    (name) => values[name] !== undefined,
  );
  const [source] = given;
  const path = source && values[source];
  if (!source || given.length !== 1 || typeof path !== 'string')
    throw new LackFault('usage', 'give one of --payload, --bundle, --envelope, --evidence');
  const bytes = await readBytes(path);
  if (source === 'payload')
    return { type: typeof values.type === 'string' ? values.type : PAYLOAD_TYPE, payload: bytes };
  if (source === 'bundle') {
    const { payloadType, payload } = parseBundle(bytes);
    return { type: payloadType, payload };
  }
  if (source === 'envelope') {
    const { payloadType, payload } = parseEnvelope(bytes);
    return { type: payloadType, payload: fromBase64(payload) };
  }
  const evidence = parseEvidence(bytes);
  return { type: evidence.request.payloadType, payload: fromBase64(evidence.payload) };
}

function lines(view: View, digest: string, payloadDigest: string): string[] {
  const flags = view.flags.map((f) => `  ${f.severity}: ${f.code}`);
  const claims = view.claims.map((c) => `  ${visible(c.path)} = ${visible(JSON.stringify(c.value))}`);
  const holes = view.notRendered.map((h) => `  ${h.length} bytes from ${h.offset}, sha256 ${h.sha256}`);
  return [
    `payload ${payloadDigest}`,
    `view ${view.version} ${digest}`,
    `words ${wordsOf(digest).join(' ')}`,
    ...(flags.length > 0 ? ['flags:', ...flags] : ['no flags']),
    'claims:',
    ...claims,
    ...(holes.length > 0 ? ['NOT rendered:', ...holes] : ['every byte is rendered']),
  ];
}

/** Runs `stella review`. */
export const review: Command = async (argv) => {
  const { values } = readArgs(argv, options);
  if (values.help) return (process.stdout.write(HELP), 0);
  const { type, payload } = await payloadFrom(values);
  const view = viewOf(nodeCrypto, values.view ?? viewVersions[0], type, payload);
  const digest = viewDigest(nodeCrypto, view);
  const payloadDigest = digestBytes(nodeCrypto, payload);
  if (values.json) printJson({ payloadDigest, digest, words: wordsOf(digest), view });
  else printLines(lines(view, digest, payloadDigest));
  return 0;
};
