// The Signer's side of a history over the real desk, store and log in a directory.
import type { Head } from '../../../core/log/head.ts';
import { sessionStore } from '../../../signer/store/sessions.ts';
import type { OpenDesk } from '../../../signer/desk/desk.ts';
import {
  API,
  body,
  caller,
  headOf,
  nextKey,
  openHouse,
  reopen,
  tearDown,
  type House,
} from '../../signer/desk/house.ts';
import { startRig, type Rig } from '../../signer/feed/rig.ts';
import type { World } from '../../support/world.ts';
import type { SignerSide, Truth } from './history.ts';
import { Killed } from './model-desk.ts';

const limits = { heartbeat: 60, page: 3 };
const EVENTS_KEPT = 4;

export class RealSigner implements SignerSide {
  readonly payload: Uint8Array;
  readonly pace = { heartbeat: 60, deadline: 300 };
  #house: House;
  #rig: Rig<OpenDesk>;
  #dies = false;
  #dying: Promise<void> = Promise.resolve();
  moved: () => void = () => undefined;

  private constructor(house: House, rig: Rig<OpenDesk>, payload: Uint8Array) {
    this.#house = house;
    this.#rig = rig;
    this.payload = payload;
  }

  static async start(world: World): Promise<RealSigner> {
    const alive = { step: (): void => undefined };
    const house = await openHouse(world, { eventsKept: EVENTS_KEPT, onStep: () => alive.step() });
    // One hold, withdrawn at once, to learn the payload that the Signer makes of the body that all holds have.
    const outcome = await house.desk.submit(caller({ tenant: 'gamma' }), body(), nextKey(), API);
    if (outcome.kind !== 'held') throw new Error('it was not held');
    const { requestId } = outcome.answer;
    const { payloadDigest } = await house.desk.status('gamma', requestId, API);
    const payload = await house.desk.payload(requestId, payloadDigest);
    await house.desk.withdraw('gamma', requestId);
    const signer = new RealSigner(house, await live(world, house), payload);
    alive.step = () => signer.#step();
    return signer;
  }

  get url(): string {
    return this.#rig.url;
  }

  async logHead(): Promise<Head> {
    return headOf(await this.#living());
  }

  async hold(tenant: string, many: number): Promise<void> {
    const { desk } = await this.#living();
    for (let i = 0; i < many; i++) await desk.submit(caller({ tenant }), body(), nextKey(), API);
  }

  /** Nothing here raises an alarm that harms nobody; a hold that is withdrawn makes events as well. */
  async alarm(tenant: string): Promise<void> {
    const { desk } = await this.#living();
    const outcome = await desk.submit(caller({ tenant }), body(), nextKey(), API);
    if (outcome.kind === 'held') await desk.withdraw(tenant, outcome.answer.requestId);
  }

  async forget(tenant: string): Promise<void> {
    for (let i = 0; i < EVENTS_KEPT + 1; i++) await this.alarm(tenant);
  }

  async withdraw(place: number): Promise<void> {
    const waiting = (await this.truth()).open.filter((row) => row.state === 'waiting');
    const row = waiting[place % Math.max(1, waiting.length)];
    if (row) await (await this.#living()).desk.withdraw(row.request.tenant, row.request.id);
  }

  async kill(when: 'now' | 'before' | 'after'): Promise<void> {
    if (when === 'after') this.#dies = true;
    else await this.#restart();
  }

  async calm(): Promise<void> {
    this.#dies = false;
    await (await this.#living()).desk.settled();
  }

  async cursors() {
    const { desk } = await this.#living();
    await desk.settled();
    return new Map((await desk.tenants()).map((one) => [one.tenant, one.seq]));
  }

  async truth(): Promise<Truth> {
    const { desk, log } = await this.#living();
    await desk.settled();
    const tenants = await desk.tenants();
    const open = await Promise.all(tenants.map(({ tenant }) => desk.snapshot(tenant, '', 1000)));
    const decided = new Map<string, number>();
    for (const { record } of await log.leaves(0, await log.size())) {
      if (record.event === 'decided') decided.set(record.challenge, (decided.get(record.challenge) ?? 0) + 1);
    }
    return { open: open.flatMap((one) => one.holds), decided };
  }

  async close(): Promise<void> {
    await this.#dying;
    await this.#rig.kill();
    await tearDown(this.#house);
  }

  /** The house, once no life is just ending or beginning. */
  async #living(): Promise<House> {
    await this.#dying;
    return this.#house;
  }

  /** Dies right after a decision was stored, before its answer. */
  #step(): void {
    if (!this.#dies) return;
    this.#dies = false;
    void this.#restart();
    throw new Killed();
  }

  /** One death at a time; the sockets break at once. */
  #restart(): Promise<void> {
    this.moved();
    this.#dying = this.#dying.then(() => this.#nextLife());
    return this.#dying;
  }

  async #nextLife(): Promise<void> {
    await this.#rig.kill();
    this.#house = await reopen(this.#house, { eventsKept: EVENTS_KEPT, onStep: () => this.#step() });
    this.#rig = await live(this.#house.world, this.#house);
    this.moved();
  }
}

function live(world: World, house: House): Promise<Rig<OpenDesk>> {
  const sessions = sessionStore(house.store, () => house.clock.now);
  return startRig({ world, desk: house.desk, sessions, limits });
}
