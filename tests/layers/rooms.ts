// The room table as data: which room may import which, which npm packages, and whether `node:` is there. Default deny.

/**
 * One row. `rooms` names whole rooms ('core') or parts of them ('contract/wire'); a room may always import itself.
 * `browser`: code of a sandboxed page, which has a document and no `node:`.
 */
export interface Row {
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
  readonly node: boolean;
  readonly browser?: boolean;
}

/** Inside core a sub-room imports only those before it; `evidence` and `verify` never import each other. */
export const coreOrder = [
  'fault',
  'bytes',
  'key',
  'json',
  'words',
  'name',
  'dsse',
  'log',
  'policy',
  'directory',
  'predicate',
  'review',
  'request',
  'decision',
  'trust',
  'ceremony',
  'hold',
  'stage',
  'evidence-file',
  'evidence',
  'verify',
] as const;

const pure = (rooms: readonly string[], packages: readonly string[]): Row => ({
  rooms,
  packages,
  node: false,
});
const onNode = (rooms: readonly string[], packages: readonly string[] = []): Row => ({
  rooms,
  packages,
  node: true,
});

const inPage = (rooms: readonly string[], packages: readonly string[]): Row => ({
  rooms,
  packages,
  node: false,
  browser: true,
});

const coreRows = Object.fromEntries(
  coreOrder.map((name, at) => {
    const before = coreOrder.slice(0, at).filter((other) => !(name === 'verify' && other === 'evidence'));
    return [
      `core/${name}`,
      pure(
        before.map((other) => `core/${other}`),
        ['zod', 'canonicalize'],
      ),
    ];
  }),
);

const boundary = pure(['core'], ['zod']);
const mainRoom = (contract: readonly string[] = [], packages: readonly string[] = []): Row =>
  onNode(['core', 'ports', 'contract/stored', ...contract], ['zod', ...packages]);
const mainRooms = ['link', 'queue', 'review', 'authorize', 'evidence', 'audit', 'bypass', 'devices'];
const everyMainRoom = [...mainRooms, 'settings', 'ipc', 'shell'].map((name) => `main/${name}`);

/** Every room, by the folder that it is. A folder that is not here, or a package that its row does not name, is refused. */
export const table: Readonly<Record<string, Row>> = {
  ...coreRows,
  'contract/ipc': boundary,
  'contract/driver': boundary,
  'contract/wire': boundary,
  'contract/stored': boundary,
  'contract/demo': boundary,
  ports: onNode(['core', 'contract/driver']),
  ceremony: onNode(['core', 'contract/driver', 'contract/stored', 'contract/wire', 'ports'], ['yaml', 'zod']),
  'main/link': mainRoom(['contract/wire'], ['ws']),
  'main/queue': mainRoom(),
  'main/review': mainRoom(),
  'main/authorize': mainRoom(),
  'main/evidence': mainRoom(),
  'main/audit': mainRoom(),
  'main/bypass': mainRoom(),
  'main/devices': mainRoom(['contract/driver']),
  'main/settings': mainRoom(),
  'main/ipc': mainRoom(['contract/ipc']),
  'main/shell': mainRoom(['contract'], ['electron', 'playwright-core']),
  'main/app': mainRoom(['contract', 'ceremony', ...everyMainRoom]),
  preload: inPage(['contract/ipc'], ['electron']),
  renderer: inPage(
    ['core', 'contract/ipc'],
    [
      '@base-ui/react',
      '@fontsource-variable/inter',
      '@fontsource-variable/jetbrains-mono',
      '@tanstack/react-virtual',
      'cmdk',
      'lucide-react',
      'react',
      'react-dom',
      'react-intl',
      'zod',
      'zustand',
    ],
  ),
  native: onNode(['core', 'contract/driver', 'ports'], ['cborg', 'node-hid', 'pkcs11js', 'zod']),
  signer: onNode(
    ['core', 'contract', 'ports'],
    [
      '@peculiar/x509',
      '@sigstore/bundle',
      '@simplewebauthn/server',
      'fastify',
      'jose',
      'kysely',
      'pino',
      'reflect-metadata',
      'ulid',
      'ws',
      'zod',
    ],
  ),
  cli: onNode(
    ['core', 'contract/wire', 'contract/driver', 'ports', 'ceremony'],
    ['@sigstore/bundle', '@sigstore/verify', 'zod'],
  ),
  second: onNode([]),
  demo: onNode(
    ['core', 'contract', 'ports', 'main/app'],
    [
      '@peculiar/x509',
      '@sigstore/bundle',
      '@sigstore/verify',
      'fastify',
      'jose',
      'reflect-metadata',
      'ulid',
      'ws',
      'zod',
    ],
  ),
  scripts: onNode([], ['@electron/fuses', '@tailwindcss/vite', '@vitejs/plugin-react', 'vite', 'vitest']),
};

/** Rooms that may import anything: any room of the table, and any package that package.json names. */
export const free: readonly string[] = ['tests'];

/** Rooms that are not part of what ships: they may use devDependencies. */
export const unshipped: readonly string[] = ['scripts'];

/** What the platform itself brings: the code runs inside it, so package.json names it for development only. */
export const platform: readonly string[] = ['electron'];

/** Code that stands at the root, outside every room. */
export const rootFiles: readonly string[] = ['vitest.config.ts', 'forge.config.ts'];

/** The top-level rooms, each with a tsconfig of its own, and those that its tsconfig must reference. */
export function projects(): Map<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const [room, row] of Object.entries(table)) {
    const top = topOf(room);
    const references = found.get(top) ?? new Set<string>();
    for (const other of row.rooms) if (topOf(other) !== top) references.add(topOf(other));
    found.set(top, references);
  }
  for (const room of free)
    found.set(room, new Set([...found.keys()].filter((other) => !free.includes(other))));
  return new Map([...found].map(([room, references]) => [room, [...references].sort()]));
}

/** `main` of `main/link`. */
export const topOf = (room: string): string => room.split('/')[0] ?? room;
