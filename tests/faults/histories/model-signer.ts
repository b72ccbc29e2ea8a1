// The Signer's side of a history over the model desk: fast, and it can die in the middle of a decision.
import { isEnded } from '../../../core/hold/hold.ts';
import type { Head } from '../../../core/log/head.ts';
import { startRig, type Rig } from '../../signer/feed/rig.ts';
import { emptyHead, makeRequest, ORIGIN, samplePayload, type World } from '../../support/world.ts';
import type { SignerSide, Truth } from './history.ts';
import { ModelDesk } from './model-desk.ts';

const limits = { heartbeat: 25, page: 3 };

/** `keeps`: whether the store keeps sessions, or a restart asks the officer for a touch. */
export class ModelSigner implements SignerSide {
  readonly payload = samplePayload();
  readonly pace = { heartbeat: 25, deadline: 80 };
  readonly #world: World;
  readonly #keeps: boolean;
  #rig: Rig;
  #dying: Promise<void> = Promise.resolve();
  moved: () => void = () => undefined;

  private constructor(world: World, keeps: boolean, rig: Rig) {
    this.#world = world;
    this.#keeps = keeps;
    this.#rig = rig;
    this.#mortal();
  }

  static async start(world: World, keeps: boolean): Promise<ModelSigner> {
    const desk = new ModelDesk();
    return new ModelSigner(world, keeps, await ModelSigner.#live(world, keeps, desk));
  }

  static #live(world: World, keeps: boolean, desk: ModelDesk): Promise<Rig> {
    return startRig({ world, desk, limits, ...(keeps ? { sessions: desk.sessions() } : {}) });
  }

  get url(): string {
    return this.#rig.url;
  }

  logHead(): Promise<Head> {
    return Promise.resolve(emptyHead(ORIGIN));
  }

  async hold(tenant: string, many: number): Promise<void> {
    for (let i = 0; i < many; i++)
      this.#rig.desk.hold(makeRequest(this.#world, this.payload, { tenant }), this.payload);
  }

  async alarm(tenant: string): Promise<void> {
    this.#rig.desk.alarm(tenant);
  }

  async forget(tenant: string): Promise<void> {
    this.#rig.desk.alarm(tenant);
    this.#rig.desk.prune(tenant);
  }

  async withdraw(place: number): Promise<void> {
    const waiting = [...this.#rig.desk.disk.holds.values()].filter((row) => row.state === 'waiting');
    const row = waiting[place % Math.max(1, waiting.length)];
    if (row) this.#rig.desk.setState(row.request.id, 'withdrawn');
  }

  async kill(when: 'now' | 'before' | 'after'): Promise<void> {
    if (when === 'now') return this.#restart();
    this.#rig.desk.dies = when;
  }

  async calm(): Promise<void> {
    await this.#dying;
    this.#rig.desk.dies = undefined;
  }

  async cursors() {
    await this.#dying;
    return new Map([...this.#rig.desk.disk.lines].map(([tenant, line]) => [tenant, line.events.length]));
  }

  async truth(): Promise<Truth> {
    const { disk } = this.#rig.desk;
    const decided = new Map<string, number>();
    for (const { decision } of disk.decided)
      decided.set(decision.challenge, (decided.get(decision.challenge) ?? 0) + 1);
    return {
      open: [...disk.holds.values()].filter((row) => !isEnded(row.state)),
      decided,
    };
  }

  async close(): Promise<void> {
    await this.#dying;
    await this.#rig.kill();
  }

  /** A death in the middle of a decision: the sockets break before any answer, then a new life begins. */
  #mortal(): void {
    this.#rig.desk.killed = () => void this.#restart();
  }

  /** One death at a time; the sockets break at once. */
  #restart(): Promise<void> {
    this.moved();
    this.#dying = this.#dying.then(() => this.#nextLife());
    return this.#dying;
  }

  async #nextLife(): Promise<void> {
    const old = this.#rig;
    this.#rig = await ModelSigner.#live(this.#world, this.#keeps, new ModelDesk(old.desk.disk));
    this.#mortal();
    this.moved();
    await old.kill();
  }
}
