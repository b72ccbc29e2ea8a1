// Ceremonies as text: every member of a step is in its rows, nothing hides, pages fit, a rehearsal says so on each.
import { describe, expect, test } from 'vitest';
import { linesOf, printScript, renderTranscript, verdictRows } from '../../../core/ceremony/text.ts';
import { columns, paginate, wrap } from '../../../core/ceremony/page.ts';
import { nameOf, Role } from '../../../core/ceremony/script.ts';
import { CeremonyStep } from '../../../core/ceremony/step.ts';
import { verifyTranscript } from '../../../core/ceremony/verify.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { wordsOf } from '../../../core/words/words.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { SCRIPT, changed, playCeremony, type Plot } from '../../support/ceremony-world.ts';
import { mutants } from '../../support/mutants.ts';

const told = (plot: Plot): string => {
  const { trust, transcript } = playCeremony(plot);
  return renderTranscript(transcript, verifyTranscript(nodeCrypto, trust, plot.kind ?? 'real', transcript));
};
const pagesOf = (text: string): string[][] => text.split('\f').map((page) => page.split('\n').slice(0, -1));
const { steps } = playCeremony({ happens: { generate: { did: 'exception', reason: 'by lamp light' } } });
const valueOf = (n: number, name: string) =>
  linesOf(steps[n]!.step).find((line) => line.name === name)?.value;

describe('the rows of a step', () => {
  test.each(steps.map(({ step }) => [step.step, step] as const))(
    '%s: two steps that differ anywhere differ in a row',
    (name, step) => {
      const rows = JSON.stringify(linesOf(step));
      let tried = 0;
      for (const [where, changedStep] of mutants(step, name)) {
        const other = CeremonyStep.safeParse(changedStep);
        if (!other.success) continue;
        tried++;
        expect(JSON.stringify(linesOf(other.data)), where).not.toBe(rows);
      }
      expect(tried).toBeGreaterThan(12);
    },
  );

  test('name what people compare', () => {
    const generated = steps[3]!.step.output;
    if (generated?.act !== 'generate-key') throw new Error('no key');
    const spki = Buffer.from(generated.key.spki, 'base64');
    expect(valueOf(3, 'SPKI SHA-256')).toBe(Buffer.from(nodeCrypto.sha256(spki)).toString('hex'));
    expect(valueOf(3, 'happened')).toContain('EXCEPTION');
    expect(valueOf(3, 'reason')).toBe('by lamp light');
    expect(valueOf(3, 'never extractable')).toBe('yes');
    expect(valueOf(3, 'wraps other keys')).toBe('no');
    expect(valueOf(1, 'HSM serial')).toBe('0a1b2c3d4e5f6071');
    expect(valueOf(7, 'leaf')).toBe('2');
    expect(valueOf(7, 'log size')).toBe('4');
    expect(valueOf(8, 'check words')).toBe(wordsOf(steps[8]!.step.previous).join(' '));
    expect(valueOf(0, 'ceremony is')).toBe('real');
    const rehearsed = playCeremony({ kind: 'rehearsal', most: 1 }).steps[0]!.step;
    expect(linesOf(rehearsed)[0]).toEqual({ name: 'ceremony is', value: 'REHEARSAL', small: false });
  });

  test('a statement is shown as its bytes say, whatever they are', () => {
    const { step } = steps[4]!;
    const garbage = structuredClone(step);
    if (garbage.output?.act !== 'prove-possession') throw new Error('no statement');
    garbage.output.envelope.payload = Buffer.of(0xff, 0xfe).toString('base64');
    expect(linesOf(garbage).find(({ name }) => name === 'statement')?.value).toBe('//4=');
    garbage.output.envelope.signatures[0]!.keyid = 'no base64';
    expect(linesOf(garbage).find(({ name }) => name === 'its SPKI SHA-256')?.value).toBe('no base64');
  });

  test('nothing hides and nothing passes for another row', () => {
    const hidden = ['\u0007', '\u001b', '\u202e'];
    const hostile = 'HSM\u202e\u001b[31m\nreason  none\tx';
    const output = changed('check-hsm', (made) => void (made.label = hostile));
    const reason = 'dark\nhappened  done\u0007';
    const one = playCeremony({ output, happens: { 'check-hsm': { did: 'exception', reason } } });
    for (const { name, value } of linesOf(one.steps[1]!.step)) {
      for (const raw of [...hidden, '\n', '\t']) expect(`${name}${value}`).not.toContain(raw);
    }
    const text = told({ output, happens: { 'check-hsm': { did: 'exception', reason } } });
    for (const raw of [...hidden, '\t']) expect(text).not.toContain(raw);
    expect(text).not.toMatch(/^ *happened {2}done/m);
    expect(text).toContain('<U+202E>');
  });
});

describe('a script on paper', () => {
  const text = printScript(nodeCrypto, SCRIPT);
  test('fits its pages: 80 columns, 60 lines, a head with a number', () => {
    const pages = pagesOf(text);
    expect(pages.length).toBe(2);
    pages.forEach((page, at) => {
      expect(page.length).toBeLessThanOrEqual(60);
      for (const line of page) expect(line.length).toBeLessThanOrEqual(80);
      expect(page[0]).toMatch(new RegExp(`^rotate-signing-key version 1 +page ${at + 1} of 2$`));
    });
  });
  test('has the digest, in hex and as words, every step, its boxes and its lines to sign', () => {
    const digest = digestOf(nodeCrypto, SCRIPT);
    expect(text).toContain(digest);
    const flat = text.replace(/\s+/g, ' ');
    expect(flat).toContain(wordsOf(digest).join(' '));
    for (const entry of SCRIPT.steps) {
      const name = nameOf(entry);
      if (name !== undefined) expect(flat).toContain(name);
      if ('see' in entry) for (const seen of entry.see) expect(flat).toContain(`[ ] ${seen}`);
    }
    expect(flat).toContain('[ ] YES: go to 4 (generate) [ ] NO: go to 11 (wrong-hsm)');
    expect(flat).toContain('GO TO 12 (done)');
    for (const role of Role.options) expect(flat).toContain(`${role} name ____`);
    const lines = SCRIPT.steps.flatMap((entry) => ('see' in entry ? entry.see : []));
    expect(text.match(/\[ \] /g)?.length).toBe(lines.length + 2);
  });
});

describe('a transcript for people', () => {
  test('of a rehearsal says so on every page, of a real one on none', () => {
    for (const page of pagesOf(told({ kind: 'rehearsal' }))) {
      expect(page[0]).toMatch(/^REHEARSAL, proves nothing: /);
      expect(page.length).toBeLessThanOrEqual(60);
      for (const line of page) expect(line.length).toBeLessThanOrEqual(80);
    }
    const real = told({});
    expect(real).not.toContain('REHEARSAL');
    for (const [head] of pagesOf(real)) expect(head).toMatch(/^Ceremony, demo: /);
  });
  test('names everybody, every exception, both keys, and as of when', () => {
    const text = told({
      happens: { endorse: { did: 'exception', reason: 'the old key is lost', bare: true } },
    });
    for (const part of [
      'ana with ana-key',
      'ben with ben-hsm',
      'dan with dan-key',
      'step 5 (endorse): the old key is lost',
      'version 1, as published',
      'directory 2, checkpoint 4',
    ])
      expect(text).toContain(part);
    expect(text.match(/^ {2}signed by \w+ \(/gm)?.length).toBe(3 + 2 + 2 + 2 + 2 + 3 + 2 + 2 + 3);
  });
  test('of one that was stopped says what became of the version', () => {
    const one = playCeremony({ happens: { publish: { did: 'stopped', reason: 'no network', bare: true } } });
    const rows = (trust = one.trust) =>
      verdictRows(verifyTranscript(nodeCrypto, trust, 'real', one.transcript)).map(({ value }) => value);
    expect(rows(one.world.trust)).toEqual(
      expect.arrayContaining(['STOPPED', 'none took its place', '2 was signed; it is not in the chain here']),
    );
    expect(rows()).toContain("2; the old key's window ends 2026-12-23T12:07:00.000Z");
  });
  test('says when its script is not one that is published', () => {
    const own = { ...SCRIPT, version: 2 };
    expect(told({ opening: { script: own } })).toContain('version 2, NOT as published');
  });
});

describe('pages', () => {
  test('lines break at blanks, and long words where they must', () => {
    expect(wrap('aa bb cc', '> ', '  ', 7)).toEqual(['> aa bb', '  cc']);
    expect(wrap('abcdefgh', '> ', '  ', 5)).toEqual(['> abc', '  def', '  gh']);
    expect(wrap('', '> ')).toEqual(['>']);
    expect(wrap('x'.repeat(500)).join('')).toBe('x'.repeat(500));
    expect(columns([{ name: 'n', value: 'v' }], 6)).toEqual(['  n   v']);
  });
  test('blocks stay together where they fit, and nothing is lost where they do not', () => {
    const block = (name: string, lines: number) => Array.from({ length: lines }, (_, n) => `${name}${n}`);
    const blocks = [block('a', 30), block('b', 30), block('c', 150), block('d', 1)];
    const pages = pagesOf(paginate('head', blocks));
    for (const page of pages) expect(page.length).toBeLessThanOrEqual(60);
    const body = pages.flatMap((page) => page.slice(2)).filter((line) => line !== '');
    expect(body).toEqual(blocks.flat());
    expect(pages[1]![2]).toBe('b0');
  });
});
