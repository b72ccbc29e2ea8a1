// A script as a file: YAML 1.2 without its tricks, read into a checked script; what is wrong is named by line and column.
import {
  LineCounter,
  parseDocument,
  visit,
  isMap,
  isScalar,
  isCollection,
  type Document,
  type Node,
} from 'yaml';
import { fromUtf8 } from '../core/bytes/bytes.ts';
import { Script, flawOf, formOf, nameOf, tellFlaw } from '../core/ceremony/script.ts';
import { Refusal } from '../core/fault/fault.ts';

/** Bytes in the largest script file. */
export const LARGEST_SCRIPT = 256 * 1024;

const options = {
  version: '1.2',
  schema: 'core',
  strict: true,
  stringKeys: true,
  // yaml's own check is quadratic in the keys of a map; `oddity` looks instead
  uniqueKeys: false,
  prettyErrors: false,
  // with 'silent' a second document is dropped without a word
  logLevel: 'error',
} as const;

/** A file, parsed, that can say where its nodes stand. */
interface Source {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

function refuse({ lines }: Pick<Source, 'lines'>, offset: number, why: string, cause?: unknown): Refusal {
  const { line, col } = lines.linePos(offset);
  return new Refusal(
    'ceremony_script',
    `line ${Math.max(line, 1)}, column ${Math.max(col, 1)}: ${why}`,
    cause,
  );
}

/** What YAML allows and a script that people sign does not: text that means another thing than it says. */
function checkPlain({ document, lines }: Source): void {
  const offset = (node: Node) => node.range?.[0] ?? 0;
  const fail = (node: Node, why: string) => refuse({ lines }, offset(node), why);
  visit(document, {
    Alias: (_, node) => {
      throw fail(node, 'an alias');
    },
    Node: (_, node) => {
      if ('anchor' in node && node.anchor) throw fail(node, 'an anchor');
      if (node.tag !== undefined) throw fail(node, 'a tag');
      if (!isMap(node)) return;
      const seen = new Set<unknown>();
      for (const { key } of node.items) {
        if (!isScalar(key)) throw fail(node, 'a key that is no text');
        if (seen.has(key.value)) throw fail(key, 'the same key twice');
        seen.add(key.value);
      }
    },
  });
}

function parseYaml(text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...options, lineCounter: lines });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) throw refuse({ lines }, fault.pos[0], `no YAML: ${fault.message.slice(0, 200)}`, fault);
  const directive = /^%/m.exec(text);
  if (directive) throw refuse({ lines }, directive.index, 'a directive');
  const source = { document, lines };
  checkPlain(source);
  return source;
}

/** Where the value at this path stands, or the nearest one around it that is there. */
function placeIn({ document }: Source, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isScalar(node) || isCollection(node)) return node.range?.[0] ?? 0;
  }
  return document.contents?.range?.[0] ?? 0;
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly why: string;
}

function stepsOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || !('steps' in value)) return [];
  return Array.isArray(value.steps) ? value.steps : [];
}

/** The first thing that is not of a script's form. Of an entry zod only knows that it is none of four: its own form says more. */
function issueOf(value: unknown): Issue | undefined {
  const issue = Script.safeParse(value).error?.issues[0];
  if (!issue) return undefined;
  const steps = stepsOf(value);
  if (issue.code !== 'invalid_union') return tell(issue.path, issue);
  const entry = steps[Number(issue.path[1])];
  const own = formOf(entry)?.safeParse(entry).error?.issues[0];
  if (!own) return { path: issue.path, why: 'an entry is one of do, if, go to, end' };
  return tell([...issue.path, ...own.path], own);
}

function tell(
  path: readonly PropertyKey[],
  issue: { readonly code: string; readonly message: string },
): Issue {
  const keys = 'keys' in issue && Array.isArray(issue.keys) ? issue.keys.map(String) : [];
  const [unknown] = keys;
  if (unknown !== undefined) return { path: [...path, unknown], why: `${unknown.slice(0, 64)}: unknown` };
  const member = path.slice(path[0] === 'steps' ? 2 : 0).map(String);
  return { path, why: [...member, issue.message].join(': ') };
}

/** The name that an entry gives itself, as far as it can be told before its form is checked. */
function stepAt(value: unknown, at: PropertyKey | undefined): string {
  const entry = stepsOf(value)[Number(at)];
  if (!formOf(entry)) return `entry ${Number(at) + 1}`;
  const name = nameOf(entry as never);
  return typeof name === 'string' ? name.slice(0, 64) : `entry ${Number(at) + 1}`;
}

/**
 * The script in a file: YAML 1.2 in the core schema (JSON is YAML too), one document of at most 256 KiB in UTF-8, no key
 * twice, no alias, tag or directive. Throws Refusal `ceremony_script` that names line, column and step; `encoding`.
 */
export function readScript(bytes: Uint8Array): Script {
  if (bytes.length > LARGEST_SCRIPT) throw new Refusal('ceremony_script', `over ${LARGEST_SCRIPT} bytes`);
  const source = parseYaml(fromUtf8(bytes));
  const value: unknown = source.document.toJS({ maxAliasCount: 0 });
  const issue = issueOf(value);
  if (issue) {
    const [top, at] = issue.path;
    const step = top === 'steps' && at !== undefined ? `${stepAt(value, at)}: ` : '';
    throw refuse(source, placeIn(source, issue.path), step + issue.why);
  }
  const script = Script.parse(value);
  const flaw = flawOf(script);
  if (!flaw) return script;
  const path = flaw.at === undefined ? [] : ['steps', flaw.at];
  throw refuse(source, placeIn(source, path), tellFlaw(script, flaw));
}
