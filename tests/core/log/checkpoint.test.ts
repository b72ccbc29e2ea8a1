// Checkpoints, cosignatures, notes and leaves: real ones of public logs and witnesses, and forged ones.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase64, toBase64 } from '../../../core/bytes/base64.ts';
import { concat, equalBytes, utf8 } from '../../../core/bytes/bytes.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import {
  checkpointBody,
  parseCheckpoint,
  verifyCheckpoint,
  verifyLogSignature,
} from '../../../core/log/checkpoint.ts';
import {
  cosignatureBytes,
  cosignatureMessage,
  parseCosignature,
  verifyCosignature,
} from '../../../core/log/cosignature.ts';
import { leafData } from '../../../core/log/leaf.ts';
import { leafHash, verifyInclusion } from '../../../core/log/merkle.ts';
import {
  COSIGNATURE,
  ED25519,
  makeNote,
  noteKeyHash,
  noteSignatureLine,
  parseNote,
  parseVkey,
  signatureBy,
  vkey,
} from '../../../core/log/note.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { nodeCrypto as crypto } from '../../../ports/crypto.ts';
import { count } from '../../support/counts.ts';
import { ed25519Key, flipBit, p256Key } from '../../support/signing.ts';
import { vectorJson } from '../../support/vectors.ts';

interface RekorEntry {
  canonicalizedBody: string;
  logId: { keyId: string };
  inclusionProof: {
    logIndex: string;
    treeSize: string;
    hashes: string[];
    rootHash: string;
    checkpoint: { envelope: string };
  };
}
interface RekorBundle {
  verificationMaterial: { tlogEntries: [RekorEntry] };
}
interface TrustedRoot {
  tlogs: { baseUrl: string; publicKey: { rawBytes: string } }[];
}

// Verifier keys as the operators of these witnesses publish them.
const witnesses = [
  'witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G',
  'witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv',
  'staging.witness.transparency.goog/ring-any-bells+2e1a8dc9+BG5JTpLc3FJtwzgh1Uv+Qelz9qeOH2bfWjS1s0s+y4rL',
];

function rekor(name: string) {
  const folder = `sigstore-conformance/${name}`;
  const [entry] = (vectorJson(`${folder}/bundle.sigstore.json`) as RekorBundle).verificationMaterial
    .tlogEntries;
  const text = entry.inclusionProof.checkpoint.envelope;
  const origin = text.slice(0, text.indexOf('\n'));
  const log = (vectorJson(`${folder}/trusted_root.json`) as TrustedRoot).tlogs.find(
    ({ baseUrl }) => baseUrl === `https://${origin}`,
  );
  const key = { alg: 'ed25519' as const, spki: log?.publicKey.rawBytes ?? '' };
  return { entry, text, origin, key };
}

describe.each(['rekor2-dsse-happy-path', 'rekor2-checkpoint-two-sigs-cosigned'])(
  'a checkpoint of Rekor: %s',
  (name) => {
    const { entry, text, origin, key } = rekor(name);
    const { inclusionProof } = entry;
    const checkpoint = verifyCheckpoint(crypto, text, key);

    test('its log signature verifies, and the body is written again byte for byte', () => {
      expect(checkpoint.origin).toBe(origin);
      expect(checkpoint.size).toBe(Number(inclusionProof.treeSize));
      expect(toBase64(checkpoint.root)).toBe(inclusionProof.rootHash);
      expect(checkpointBody(checkpoint)).toBe(checkpoint.note.body);
      expect(() => verifyCheckpoint(crypto, text, ed25519Key().key)).toThrowCode('checkpoint_invalid');
    });

    test('its log id begins with the key hash', () => {
      expect(toHex(noteKeyHash(crypto, origin, ED25519, key))).toBe(
        toHex(fromBase64(entry.logId.keyId).subarray(0, 4)),
      );
    });

    test('the entry is in the tree', () => {
      const claim = {
        index: Number(inclusionProof.logIndex),
        size: checkpoint.size,
        leafHash: leafHash(crypto, fromBase64(entry.canonicalizedBody)),
        proof: inclusionProof.hashes.map(fromBase64),
        root: checkpoint.root,
      };
      expect(verifyInclusion(crypto, claim)).toBe(true);
      expect(verifyInclusion(crypto, { ...claim, index: claim.index - 1 })).toBe(false);
    });
  },
);

describe('cosignatures of public witnesses', () => {
  const { text } = rekor('rekor2-dsse-happy-path');
  const note = parseNote(text);

  test.each(witnesses)('%s', (published) => {
    const key = parseVkey(crypto, published);
    expect(key.type).toBe(COSIGNATURE);
    expect(vkey(crypto, key)).toBe(published);
    const line = signatureBy(crypto, note, key);
    const bytes = line?.signature ?? new Uint8Array(0);
    const time = verifyCosignature(crypto, key.key, note.body, bytes) ?? 0;
    expect(new Date(time * 1000).toISOString()).toMatch(/^2026-05-1/);
    expect(
      verifyCosignature(crypto, key.key, note.body.replace('4026479', '4026478'), bytes),
    ).toBeUndefined();
    expect(verifyCosignature(crypto, ed25519Key().key, note.body, bytes)).toBeUndefined();
    // From bit 16: the first two bytes would make the time larger than a number can be, which is tested below.
    for (let bit = 16; bit < bytes.length * 8; bit += 7) {
      expect(verifyCosignature(crypto, key.key, note.body, flipBit(bytes, bit))).toBeUndefined();
    }
  });

  test('every cut and every changed character of a verifier key refuses', () => {
    const published = witnesses[0] ?? '';
    const refused = (wrong: string): void => {
      expect(() => parseVkey(crypto, wrong), wrong).toThrow(/checkpoint_invalid|encoding|key_unknown/);
    };
    for (let i = 0; i < published.length; i++) {
      refused(published.slice(0, i));
      refused(published.slice(i + 1));
      refused(
        `${published.slice(0, i)}${String.fromCharCode(published.charCodeAt(i) + 1)}${published.slice(i + 1)}`,
      );
    }
    refused(`${published}AAAA`);
    refused(published.replace('+BN', '+AN')); // another type
  });
});

const log = ed25519Key();
const witness = ed25519Key();
const origin = 'stella.example/signer';
const logNoteKey = { name: origin, type: ED25519, key: log.key } as const;
const witnessNoteKey = { name: 'witness.example/w1', type: COSIGNATURE, key: witness.key } as const;
const body = checkpointBody({ origin, size: 42, root: crypto.sha256(utf8('root')) });
const logLine = noteSignatureLine(crypto, logNoteKey, log.sign(utf8(body)));
const cosign = (time: number, said = body): string =>
  noteSignatureLine(
    crypto,
    witnessNoteKey,
    cosignatureBytes({ time, signature: witness.sign(cosignatureMessage(said, time)) }),
  );

describe('checkpoints of our own', () => {
  test('signed, cosigned and read back', () => {
    const text = makeNote(body, [logLine, cosign(1_679_315_147)]);
    const checkpoint = verifyCheckpoint(crypto, text, log.key);
    expect(checkpoint).toMatchObject({ origin, size: 42 });
    const line = signatureBy(crypto, checkpoint.note, witnessNoteKey);
    expect(verifyCosignature(crypto, witness.key, body, line?.signature ?? new Uint8Array(0))).toBe(
      1_679_315_147,
    );
  });

  test('the message of a cosignature is as the specification shows it', () => {
    const shown = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
    expect(parseCheckpoint(shown).size).toBe(20_852_163);
    expect(cosignatureMessage(shown, 1_679_315_147)).toEqual(
      utf8(`cosignature/v1\ntime 1679315147\n${shown}`),
    );
  });

  test.each([
    ['a body of another size', makeNote(body.replace('\n42\n', '\n43\n'), [logLine]), 'signature_invalid'],
    [
      'a signature over something else',
      makeNote(body, [noteSignatureLine(crypto, logNoteKey, log.sign(utf8('x')))]),
      'signature_invalid',
    ],
    [
      'a short signature',
      makeNote(body, [noteSignatureLine(crypto, logNoteKey, Uint8Array.of(1))]),
      'signature_invalid',
    ],
    ['only a cosignature', makeNote(body, [cosign(1)]), 'checkpoint_invalid'],
    [
      'the log key under another name',
      makeNote(body, [noteSignatureLine(crypto, { ...logNoteKey, name: 'other' }, log.sign(utf8(body)))]),
      'checkpoint_invalid',
    ],
    [
      'the log key as a witness',
      makeNote(body, [noteSignatureLine(crypto, { ...logNoteKey, type: COSIGNATURE }, log.sign(utf8(body)))]),
      'checkpoint_invalid',
    ],
  ])('refuses %s', (_, text, code) =>
    expect(() => verifyCheckpoint(crypto, text, log.key)).toThrowCode(code),
  );

  test('a cosignature is no log signature, nor the other way round', () => {
    const asLog = witness.sign(cosignatureMessage(body, 5));
    expect(verifyLogSignature(crypto, witness.key, body, asLog)).toBe(false);
    const plain = cosignatureBytes({ time: 5, signature: witness.sign(utf8(body)) });
    expect(verifyCosignature(crypto, witness.key, body, plain)).toBeUndefined();
    const { key, sign } = p256Key();
    expect(verifyLogSignature(crypto, key, body, sign(utf8(body)))).toBe(false);
    expect(() =>
      noteSignatureLine(crypto, { name: origin, type: ED25519, key }, sign(utf8(body))),
    ).toThrowCode('checkpoint_invalid');
  });

  const root = toBase64(new Uint8Array(32));
  test.each([
    '',
    '\n',
    `${origin}\n1\n`,
    `\n1\n${root}\n`,
    `${origin}\n01\n${root}\n`,
    `${origin}\n-1\n${root}\n`,
    `${origin}\n+1\n${root}\n`,
    `${origin}\n1.0\n${root}\n`,
    `${origin}\n1 \n${root}\n`,
    `${origin}\n0x1\n${root}\n`,
    `${origin}\n9007199254740993\n${root}\n`,
    `${origin}\n99999999999999999999\n${root}\n`,
    `${origin}\n\n${root}\n`,
    `${origin}\n1\n${root}`,
    `${origin}\n1\n${root}\nextension\n`,
    `${origin}\n1\n${root}\n\n`,
    `${origin}\r\n1\r\n${root}\r\n`,
    `${origin}\n1\nAAAA\n`,
    `${origin}\n1\n${toBase64(new Uint8Array(33))}\n`,
  ])('refuses the body %j', (text) => expect(() => parseCheckpoint(text)).toThrowCode('checkpoint_invalid'));

  test('refuses a root that is not strict base64', () => {
    expect(() => parseCheckpoint(`${origin}\n1\n${root.replace('=', '')}\n`)).toThrowCode('encoding');
    expect(() => parseCheckpoint(`${origin}\n1\n${root.replace('A=', 'B=')}\n`)).toThrowCode('encoding');
  });

  test.each([
    { origin: '', size: 1 },
    { origin: 'a\nb', size: 1 },
    { origin: 'a', size: -1 },
    { origin: 'a', size: 0.5 },
    { origin: 'a', size: 2 ** 53 },
    { origin: '\ud800', size: 1 },
  ])('makes no body of %j', (wrong) => {
    expect(() => checkpointBody({ ...wrong, root: new Uint8Array(32) })).toThrowCode('checkpoint_invalid');
  });
});

describe('notes', () => {
  const good = makeNote(body, [logLine]);
  test.each([
    ['nothing', ''],
    ['no signature', body],
    ['no signature after the blank line', `${body}\n`],
    ['no last newline', good.slice(0, -1)],
    ['another dash', good.replace('\u2014', '-')],
    ['two blanks', good.replace('\u2014 ', '\u2014  ')],
    ['a blank at the end', good.replace(/\n$/, ' \n')],
    ['a name with a plus', good.replace(`\u2014 ${origin}`, '\u2014 a+b')],
    ['a name with a no-break space', good.replace(`\u2014 ${origin}`, '\u2014 a\u00a0b')],
    ['a name with NEL', good.replace(`\u2014 ${origin}`, '\u2014 a\u0085b')],
    ['no name', good.replace(`\u2014 ${origin} `, '\u2014 ')],
    ['a carriage return', good.replaceAll('\n', '\r\n')],
    ['a tab', good.replace(' ', '\t')],
    ['a NUL', good.replace('42', '4\u00002')],
    ['a lone surrogate', good.replace('42', '\ud800')],
    ['the same line twice', `${good}${logLine}`],
    ['text after the signatures', `${good}more\n`],
    ['a signature of four bytes', `${body}\n\u2014 a AAAAAA==\n`],
    ['an empty body', `\n\n${logLine}`],
    ['65 signatures', `${body}\n${Array.from({ length: 65 }, (_, i) => `\u2014 k${i} AAAAAAAA\n`).join('')}`],
    ['more than 256 Ki characters', `${'a'.repeat(300_000)}\n\n${logLine}`],
  ])('refuses %s', (_, text) => expect(() => parseNote(text)).toThrowCode('checkpoint_invalid'));

  test('refuses a signature that is not base64', () => {
    expect(() => parseNote(good.replace(/=*\n$/, '\n'))).toThrowCode('encoding');
  });

  test('the body may have blank lines of its own; the last one parts', () => {
    const text = `a\n\nb\n\n${logLine}`;
    expect(parseNote(text).body).toBe('a\n\nb\n');
    expect(makeNote('a\n\nb\n', [logLine])).toBe(text);
  });

  test('makes no note that it would not read', () => {
    expect(() => makeNote('no newline', [logLine])).toThrowCode('checkpoint_invalid');
    expect(() => makeNote(body, [])).toThrowCode('checkpoint_invalid');
    for (const name of ['', 'a b', 'a+b', 'a\nb', '\ud800']) {
      expect(() => noteSignatureLine(crypto, { ...logNoteKey, name }, Uint8Array.of(1))).toThrow(
        /checkpoint_invalid/,
      );
    }
  });

  test('any flipped bit of a signed checkpoint refuses', () => {
    const bytes = utf8(good);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(flipBit(bytes, bit));
        expect(() => verifyCheckpoint(crypto, text, log.key)).toThrow(
          /checkpoint_invalid|signature_invalid|encoding/,
        );
      }),
      { numRuns: count(10_000) },
    );
  });
});

describe('the bytes of a cosignature', () => {
  const signature = new Uint8Array(64).fill(7);

  test('time is 8 bytes, big-endian', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (time) => {
        const bytes = cosignatureBytes({ time, signature });
        expect(Buffer.from(bytes).readBigUInt64BE()).toBe(BigInt(time));
        expect(parseCosignature(bytes)).toEqual({ time, signature });
      }),
      { numRuns: count(1000) },
    );
  });

  test('refuses other lengths and times', () => {
    for (const length of [0, 64, 71, 73, 2428])
      expect(() => parseCosignature(new Uint8Array(length))).toThrowCode('checkpoint_invalid');
    expect(() => parseCosignature(concat(new Uint8Array(8).fill(255), signature))).toThrowCode(
      'checkpoint_invalid',
    );
    for (const time of [-1, 0.5, 2 ** 53, Number.NaN]) {
      expect(() => cosignatureBytes({ time, signature })).toThrowCode('checkpoint_invalid');
      expect(() => cosignatureMessage(body, time)).toThrowCode('checkpoint_invalid');
    }
    expect(() => cosignatureBytes({ time: 1, signature: signature.subarray(1) })).toThrowCode(
      'checkpoint_invalid',
    );
  });
});

describe('leaves', () => {
  const salt = new Uint8Array(32).fill(1);

  test('are SHA-256 of salt and canonical record', () => {
    const record = { b: 1, a: 'x' };
    expect(leafData(crypto, salt, record)).toEqual(crypto.sha256(concat(salt, canonical({ a: 'x', b: 1 }))));
    expect(equalBytes(leafData(crypto, flipBit(salt, 3), record), leafData(crypto, salt, record))).toBe(
      false,
    );
  });

  test('need the whole salt', () => {
    for (const length of [0, 31, 33])
      expect(() => leafData(crypto, new Uint8Array(length), {})).toThrowCode('encoding');
  });
});
