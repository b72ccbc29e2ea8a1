// Reads one TypeScript source: everything it imports, in whatever spelling, and every global name it uses.
import { parseSync } from 'vite';

/** What one file reaches for. `names` are identifiers in value position; `members` look like `Math.random`. */
export interface Reach {
  readonly imports: readonly string[];
  readonly names: ReadonlySet<string>;
  readonly members: ReadonlySet<string>;
  /** Names that stand alone, neither before a dot nor after `new` with arguments: an alias or a call of their own. */
  readonly bare: ReadonlySet<string>;
  /** Spellings that would slip past this reader; each is refused wherever the table holds. */
  readonly evasions: readonly string[];
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

interface Findings {
  imports: string[];
  names: Set<string>;
  members: Set<string>;
  bare: Set<string>;
  held: Set<unknown>;
  evasions: string[];
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const text = (value: unknown): string | undefined =>
  isNode(value) && value.type === 'Literal' && typeof value['value'] === 'string'
    ? value['value']
    : undefined;

const identifier = (value: unknown): string | undefined =>
  isNode(value) && value.type === 'Identifier' && typeof value['name'] === 'string'
    ? value['name']
    : undefined;

const callsCreateRequire = (value: unknown): boolean =>
  isNode(value) && value.type === 'CallExpression' && identifier(value['callee']) === 'createRequire';

/** Keys that hold a name and not a use of one. */
const nameKeys: Readonly<Record<string, readonly string[]>> = {
  MemberExpression: ['property'],
  Property: ['key'],
  MethodDefinition: ['key'],
  PropertyDefinition: ['key'],
  TSPropertySignature: ['key'],
  TSMethodSignature: ['key'],
  TSTypeReference: ['typeName'],
  TSInterfaceHeritage: ['expression'],
  TSClassImplements: ['expression'],
  ImportSpecifier: ['imported'],
  ExportSpecifier: ['exported'],
};

const handlers: Readonly<Record<string, (node: Node, found: Findings) => void>> = {
  ImportDeclaration: importFrom,
  ExportAllDeclaration: importFrom,
  ExportNamedDeclaration: (node, found) => {
    if (node['source']) importFrom(node, found);
  },
  ImportExpression: importFrom,
  TSImportType: importFrom,
  TSExternalModuleReference: (node, found) => add(found, text(node['expression'])),
  CallExpression: (node, found) => {
    const [argument] = Array.isArray(node['arguments']) ? (node['arguments'] as unknown[]) : [];
    if (identifier(node['callee']) === 'require' || callsCreateRequire(node['callee']))
      add(found, text(argument));
  },
  VariableDeclarator: (node, found) => {
    if (callsCreateRequire(node['init']) && identifier(node['id']) !== 'require')
      found.evasions.push('createRequire under another name than require');
  },
  MemberExpression: (node, found) => {
    const name = node['computed'] === true ? text(node['property']) : identifier(node['property']);
    if (name) found.members.add(`${identifier(node['object']) ?? ''}.${name}`);
    if (name) found.held.add(node['object']);
    if (name === 'getBuiltinModule') found.evasions.push('getBuiltinModule');
  },
  NewExpression: (node, found) => {
    if (Array.isArray(node['arguments']) && node['arguments'].length > 0) found.held.add(node['callee']);
  },
  Identifier: (node, found) => {
    found.names.add(String(node['name']));
    if (!found.held.has(node)) found.bare.add(String(node['name']));
  },
};

function importFrom(node: Node, found: Findings): void {
  add(found, text(node['source']));
}

function add(found: Findings, specifier: string | undefined): void {
  if (specifier === undefined) found.evasions.push('an import whose target is computed');
  else found.imports.push(specifier);
}

function declaresGlobal(node: Node): boolean {
  if (node.type === 'TSModuleDeclaration' || node.type === 'TSGlobalDeclaration') return true;
  const isValue = ['VariableDeclaration', 'TSDeclareFunction', 'FunctionDeclaration', 'ClassDeclaration'];
  return node['declare'] === true && isValue.includes(node.type);
}

function walk(node: Node, found: Findings): void {
  handlers[node.type]?.(node, found);
  if (declaresGlobal(node)) found.evasions.push('a declared global');
  const skipped = node['computed'] === true ? [] : (nameKeys[node.type] ?? []);
  for (const [key, value] of Object.entries(node)) {
    if (skipped.includes(key) && identifier(value) !== undefined) continue;
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value])
      if (isNode(child)) walk(child, found);
  }
}

/** Parses `code` (TypeScript, or plain JavaScript) and says what it reaches for; throws when it does not parse. */
export function reachOf(path: string, code: string): Reach {
  const found: Findings = {
    imports: [],
    names: new Set(),
    members: new Set(),
    bare: new Set(),
    held: new Set(),
    evasions: [],
  };
  const isPlain = /\.[cm]?js$/.test(path);
  const lang = path.endsWith('.d.ts') ? 'dts' : isPlain ? 'js' : path.endsWith('x') ? 'tsx' : 'ts';
  const { program, errors } = parseSync(path, code, { lang, astType: isPlain ? 'js' : 'ts' });
  if (errors[0]) throw new SyntaxError(`${path}: ${errors[0].message}`);
  walk(program as unknown as Node, found);
  if (/^\/\/\/\s*<reference/m.test(code)) found.evasions.push('a triple-slash reference');
  return found;
}
