// A value as text and back, for a carrier that knows only strings: what a table's row may hold, bytes included.
import { fromBase64, toBase64 } from '../../core/bytes/base64.ts';

/** Deeper than any row of the table, and far from where a stack ends. */
const DEEPEST = 100;

/** Lists and bytes are tagged, so that nothing else can be taken for them. */
type Coded =
  | null
  | boolean
  | number
  | string
  | ['list', Coded[]]
  | ['bytes', string]
  | { [name: string]: Coded };

function coded(value: unknown, depth: number): Coded {
  if (depth > DEEPEST) throw new TypeError('too deep');
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof Uint8Array) return ['bytes', toBase64(value)];
  if (Array.isArray(value)) return ['list', value.map((item) => coded(item, depth + 1))];
  if (typeof value !== 'object' || !isPlain(value)) throw new TypeError('a value that cannot cross');
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, coded(member, depth + 1)]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function plain(value: unknown, depth: number): unknown {
  if (depth > DEEPEST) throw new TypeError('too deep');
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) {
    const members = Object.entries(value).map(([name, member]) => [name, plain(member, depth + 1)] as const);
    return Object.fromEntries(members);
  }
  const [tag, content, ...more] = value as unknown[];
  if (more.length === 0 && tag === 'list' && Array.isArray(content))
    return content.map((item: unknown) => plain(item, depth + 1));
  if (more.length === 0 && tag === 'bytes' && typeof content === 'string') return fromBase64(content);
  throw new TypeError('a list without its tag');
}

/** Members that are undefined are left out. Throws TypeError for what has no text: functions, NaN, objects of a class. */
export const toText = (value: unknown): string => JSON.stringify(coded(value, 0));

/** Throws SyntaxError, TypeError or Refusal `encoding` for a text that `toText` does not make. */
export const fromText = (text: string): unknown => plain(JSON.parse(text), 0);
