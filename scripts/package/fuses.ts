// The fuses of a packed Electron: all set one way, whatever this Electron has of them, and read back.
import { flipFuses, FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';

/** How each is set; `null` leaves Electron's own choice, because it takes nothing away. */
const wanted: Readonly<Record<FuseV1Options, boolean>> = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  [FuseV1Options.WasmTrapHandlers]: true,
};

const removed: number = FuseState.REMOVED;
const optionOf = (at: string): FuseV1Options => Number(at);
const isFuse = (at: string): boolean => /^\d+$/.test(at);

/** Name to state of every fuse in the binary: `on`, `off`, or what else the wire says. */
export async function readFuses(binary: string): Promise<Record<string, string>> {
  const wire = Object.entries(await getCurrentFuseWire(binary)).filter(([at]) => isFuse(at));
  const said: Readonly<Record<number, string>> = { [FuseState.ENABLE]: 'on', [FuseState.DISABLE]: 'off' };
  return Object.fromEntries(
    wire.map(([at, state]) => [
      FuseV1Options[optionOf(at)] ?? `fuse ${at}`,
      said[Number(state)] ?? String(state),
    ]),
  );
}

/** Sets every fuse that this binary has. Throws Error when it has one that is not in our table: somebody must decide. */
export async function setFuses(binary: string): Promise<void> {
  const wire = Object.entries(await getCurrentFuseWire(binary))
    .filter(([at, state]) => isFuse(at) && Number(state) !== removed)
    .map(([at]) => at);
  const unknown = wire.find((at) => wanted[optionOf(at)] === undefined);
  if (unknown !== undefined) throw new Error(`this Electron has a fuse that nobody decided: ${unknown}`);
  const config = Object.fromEntries(wire.map((at) => [at, wanted[optionOf(at)]]));
  await flipFuses(binary, { version: FuseVersion.V1, ...config });
}
