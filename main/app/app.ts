// The app document's side of main: follows the Console, keeps what the window shows, and sends what changed.
import type { Fault } from '../../contract/ipc/call.ts';
import type { EventValue, Snapshot } from '../../contract/ipc/calls.ts';
import type { Alarm, Hello } from '../../contract/ipc/status.ts';
import type { z } from 'zod';
import { LackFault } from '../../core/fault/fault.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Configured, SettingsStore } from '../settings/settings.ts';
import type { Page, Shell } from '../shell/shell.ts';
import type { Places } from '../shell/places.ts';
import type { CeremonyRoom } from './ceremonies/room.ts';
import { Changes } from './changes.ts';
import type { Console, ConsoleEvent } from './console.ts';
import { Hardware } from './hardware.ts';
import { Inbox } from './inbox.ts';
import { Notices } from './notices.ts';
import type { OpenReview } from './options.ts';
import { Reviews, nothingCompared, type Opened } from './reviews.ts';
import { shownCa, shownModules } from './shown-settings.ts';
import { faultOf } from './snapshots/common.ts';
import { devicesOf } from './snapshots/devices.ts';
import { bypassOf, directoryOf, keysOf, NO_DIGEST, settingsOf } from './snapshots/rooms.ts';
import type { Compared } from './snapshots/review.ts';
import { statusOf } from './snapshots/status.ts';
import type { Acts } from './wire-acts.ts';
import { grantsOf, type Grants } from './wire-bypass.ts';
import { proposalsOf, type Proposals } from './wire-directory.ts';

const rooms = [
  'status',
  'queue',
  'bypass',
  'devices',
  'keys',
  'directory',
  'ceremonies',
  'settings',
] as const;
export type Room = (typeof rooms)[number];

/** Who sits here, at which machine, under which Signer. */
export interface Identity {
  readonly officer: string;
  readonly name: string;
  readonly machine: string;
  readonly pin: string;
}

/** `console` null: there is none behind the window, and `setUp` says why. `others`: the demo's other officers. */
export interface AppParts {
  readonly shell: Shell;
  readonly places: Places;
  readonly crypto: Crypto;
  readonly now: () => Date;
  readonly demo: boolean;
  readonly settings: SettingsStore;
  readonly setUp: Fault | null;
  readonly console: Console | null;
  readonly identity: Identity | null;
  readonly others: readonly string[];
  readonly served: ReadonlyMap<string, string>;
  /** Opens the Console of another demo officer. */
  readonly openConsole: (officer: string) => Promise<void>;
  /** For main's log: a mistake in the program, never a refusal. */
  readonly failed: (thrown: unknown) => void;
}

const MOST_ALARMS = 100;

/** Before the room is there, and where there is no Console to hold any. */
function noCeremonies(revision: number): Snapshot['ceremonies'] {
  const why = { code: 'not_configured', detail: '' };
  return { revision, scripts: [], list: [], people: [], keys: [], tokens: [], real: why, rehearsal: why };
}

export class App {
  readonly parts: AppParts;
  readonly reviews: Reviews | null;
  readonly inbox: Inbox | null;
  readonly hardware: Hardware | null;
  readonly grants: Grants;
  readonly proposals: Proposals;
  readonly #changes: Changes<Room>;
  readonly #notices: Notices;
  readonly #revisions = new Map<Room, number>();
  readonly #faces = new Map<Room, string>();
  readonly #alarms: z.infer<typeof Alarm>[] = [];
  #acts: Acts | undefined;
  #ceremonies: CeremonyRoom | undefined;
  #page: Page | null = null;
  #navigate: EventValue<'app/navigate'> | null = null;
  #isListening = false;
  #since: string;
  #over: Fault | null;
  #trusted = '';

  constructor(parts: AppParts) {
    this.parts = parts;
    const { console, identity, crypto, failed, now } = parts;
    const sitter = { officer: identity?.officer ?? '', machine: identity?.machine ?? '' };
    this.#since = now().toISOString();
    this.#over = parts.setUp;
    this.grants = grantsOf(console);
    this.proposals = proposalsOf(console);
    this.#changes = new Changes<Room>({ send: (room) => this.#send(room), failed });
    this.#notices = new Notices({
      show: (count, clicked) => this.#notify(count, clicked),
      clicked: (requestId) =>
        this.navigate(requestId === null ? { to: 'room', room: 'inbox' } : { to: 'request', requestId }),
      wanted: () => parts.settings.current().notifications.value,
    });
    const changed = (): void => this.touch('queue');
    this.inbox = console && new Inbox({ crypto, sitter, console, changed, failed, now });
    this.reviews =
      console &&
      new Reviews({
        crypto,
        sitter,
        console,
        closed: (reviewId, fault) => {
          // First how the request stands now: a review that one's own decision ended says so at once, and never warns first.
          this.#send('queue');
          this.#page?.send('review/closed', { reviewId, fault });
        },
      });
    this.hardware =
      console &&
      new Hardware({
        describe: () => console.describe(),
        changed: () => this.touch('devices', 'status', 'ceremonies'),
        failed,
        served: parts.served,
      });
  }

  /** The acts. LackFault `not_configured` when there is no Console to act with. */
  get acts(): Acts {
    if (!this.#acts) throw new LackFault('not_configured');
    return this.#acts;
  }

  /** The Console. LackFault with the reason why there is none. */
  get console(): Console {
    const { console } = this.parts;
    if (!console) throw new LackFault('not_configured', this.parts.setUp?.detail ?? '');
    return console;
  }

  /** The ceremonies. LackFault `not_configured` when there is no Console to hold them with. */
  get ceremonies(): CeremonyRoom {
    if (!this.#ceremonies) throw new LackFault('not_configured');
    return this.#ceremonies;
  }

  get page(): Page | null {
    return this.#page;
  }

  attachActs(acts: Acts): void {
    this.#acts = acts;
  }

  attachCeremonies(ceremonies: CeremonyRoom): void {
    this.#ceremonies = ceremonies;
  }

  async closeActs(): Promise<void> {
    await this.#ceremonies?.close();
    await this.#acts?.close();
  }

  /** A review that is open in the window. CallerFault `not_found` for another. */
  openedReview(reviewId: string): Opened {
    if (!this.reviews) throw new LackFault('not_configured');
    return this.reviews.get(reviewId);
  }

  comparedOf(review: OpenReview): Compared {
    return this.reviews?.comparedOf(review) ?? nothingCompared;
  }

  /** Appearance or language may be others now: documents of main's own are drawn anew. */
  restyle(): void {
    this.#acts?.restyle();
    this.touch('settings');
  }

  /** The language that main's own documents and notifications speak. */
  language(): 'en' | 'de' {
    const { value } = this.parts.settings.current().language;
    if (value !== 'system') return value;
    return this.parts.shell.system.locale().startsWith('de') ? 'de' : 'en';
  }

  /** The window is open: from now on it is told what changes. */
  attachPage(page: Page): void {
    this.#page = page;
    void page.closed.then(() => {
      this.#page = null;
    });
    this.hardware?.begin();
  }

  /** The window asked for everything, so it listens. A link that came before is opened now. */
  listening(): void {
    this.#isListening = true;
    if (this.#navigate) this.#page?.send('app/navigate', this.#navigate);
    this.#navigate = null;
  }

  /** Opens something in the window; it never acts. */
  navigate(where: EventValue<'app/navigate'>): void {
    if (!this.#page || !this.#isListening) {
      this.#navigate = where;
      return;
    }
    this.#page.focus();
    this.#page.send('app/navigate', where);
  }

  /** These rooms changed. */
  touch(...changed: readonly Room[]): void {
    this.#changes.touch(...changed);
  }

  /** What happened in the Console. */
  told(event: ConsoleEvent): void {
    this.#acts?.told(event);
    const fresh = this.inbox?.told(event) ?? [];
    // What waited before there was a window is seen in it at once.
    if (this.#page) this.#notices.arrived(fresh);
    if (event.event === 'link') this.#since = this.parts.now().toISOString();
    if (event.event === 'alarm') this.#alarm(event.code, event.about);
    if (event.event === 'ended') this.#notices.ended(event.hold.request.id);
    if (event.event === 'review-closed') this.reviews?.end(event.requestId, faultOf(event.why));
    this.touch('status', 'queue', 'bypass', 'directory');
    if (event.event === 'suspensions') this.touch('keys');
    this.#noteTrust();
  }

  /** There is no Console any more, or no Signer that it could speak with: this is why. */
  ended(fault: Fault): void {
    this.#over = fault;
    this.#since = this.parts.now().toISOString();
    this.touch('status');
  }

  hello(): z.infer<typeof Hello> {
    const { places, shell, demo, identity, others, setUp } = this.parts;
    return {
      build: places.build,
      version: places.version,
      shell: shell.name,
      platform: process.platform,
      demo,
      officer: { id: identity?.officer ?? 'nobody', name: identity?.name ?? '' },
      machine: identity?.machine ?? 'none',
      signer: identity?.pin ?? NO_DIGEST,
      locale: shell.system.locale(),
      others: [...others],
      setUp,
    };
  }

  snapshot(): Snapshot {
    return {
      status: this.#made('status'),
      queue: this.#made('queue'),
      bypass: this.#made('bypass'),
      devices: this.#made('devices'),
      keys: this.#made('keys'),
      directory: this.#made('directory'),
      ceremonies: this.#made('ceremonies'),
      settings: this.#made('settings'),
    };
  }

  close(): void {
    this.#changes.close();
    this.#notices.close();
    this.inbox?.close();
    this.hardware?.close();
  }

  #alarm(code: string, about: string): void {
    this.#alarms.push({ code, about: about.slice(0, 200), at: this.parts.now().toISOString() });
    if (this.#alarms.length > MOST_ALARMS) this.#alarms.shift();
  }

  /** A newer directory changes every room that shows some of it. */
  #noteTrust(): void {
    const digest = this.parts.console?.trusted()?.latestDigest ?? '';
    if (digest === this.#trusted) return;
    this.#trusted = digest;
    this.touch('devices', 'keys', 'directory', 'ceremonies');
  }

  #notify(count: number, clicked: () => void): void {
    const isGerman = this.language() === 'de';
    const one = isGerman ? 'Ein Antrag wartet auf Sie.' : 'A request waits for you.';
    const more = isGerman ? `${count} Anträge warten auf Sie.` : `${count} requests wait for you.`;
    this.parts.shell.notify('Signer Console', count === 1 ? one : more, clicked);
  }

  /** A room that looks as before is not sent again; the inbox always is, because comparing it costs as much. */
  #send(room: Room): void {
    const face = room === 'queue' ? null : JSON.stringify({ ...this.#made(room), revision: 0 });
    if (face !== null && this.#faces.get(room) === face) return;
    if (face !== null) this.#faces.set(room, face);
    this.#revisions.set(room, this.#revision(room) + 1);
    this.#page?.send(`${room}/changed`, this.#made(room));
  }

  #revision(room: Room): number {
    return this.#revisions.get(room) ?? 0;
  }

  #made<R extends Room>(room: R): Snapshot[R] {
    const revision = this.#revision(room);
    const made: { readonly [N in Room]: () => Snapshot[N] } = {
      status: () => this.#status(revision),
      queue: () => this.inbox?.snapshot(revision) ?? { revision, whole: false, asOf: null, rows: [] },
      bypass: () => bypassOf(revision, this.grants.list()),
      devices: () => this.#devices(revision),
      keys: () => keysOf(revision, this.parts.crypto, this.#trust(), this.parts.now().toISOString()),
      directory: () =>
        directoryOf(revision, this.parts.identity?.pin ?? NO_DIGEST, this.#trust(), this.proposals.list()),
      ceremonies: () => this.#ceremonies?.snapshot(revision) ?? noCeremonies(revision),
      settings: () => this.#settings(revision, this.parts.settings.current()),
    };
    return made[room]();
  }

  #trust() {
    return this.parts.console?.trusted() ?? null;
  }

  #settings(revision: number, configured: Configured): Snapshot['settings'] {
    return settingsOf(revision, configured, shownCa(configured), shownModules(configured));
  }

  #devices(revision: number): Snapshot['devices'] {
    const { identity } = this.parts;
    return devicesOf(revision, {
      described: this.hardware ? this.hardware.described : { keys: [], tokens: [], faults: [] },
      directory: this.#trust()?.latest ?? null,
      officer: identity?.officer ?? '',
      served: this.hardware?.served ?? new Map<string, string>(),
    });
  }

  #status(revision: number): Snapshot['status'] {
    const { console } = this.parts;
    return statusOf(revision, {
      link: console?.link ?? null,
      since: this.#since,
      over: this.#over,
      trust: this.#trust(),
      checkpoint: console?.checkpoint() ?? null,
      devices: this.hardware?.names() ?? [],
      journal: { size: console?.journal.head().size ?? 0, lock: console?.journal.lock ?? null },
      outbox: console?.outbox().length ?? 0,
      secrets: console?.secrets.where ?? '',
      alarms: this.#alarms,
    });
  }
}
