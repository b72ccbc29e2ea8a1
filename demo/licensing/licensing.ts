// The licensing stub: RFC 7662 introspection that answers by tenant, and a PUT that says what it shall answer.
import { z } from 'zod';
import { jsonOf, listen, Refused, type Incoming, type Outgoing } from '../sandbox/loopback.ts';

const State = z.enum(['entitled', 'denied', 'unavailable']);
type State = z.infer<typeof State>;
const Setting = z.strictObject({ tenant: z.string().min(1).max(200), state: State });

/** A running stub. `poe` is where its state is PUT, `introspect` where the Signer asks. */
export interface Licensing {
  readonly poe: string;
  readonly introspect: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

const PLAN = 'sandbox';

function introspected(states: ReadonlyMap<string, State>, body: Uint8Array): Outgoing {
  const tenant = new URLSearchParams(Buffer.from(body).toString()).get('tenant');
  if (tenant === null) throw new Refused(400, 'invalid_request');
  const state = states.get(tenant) ?? 'entitled';
  if (state === 'unavailable') return { status: 503, body: { error: 'temporarily_unavailable' } };
  if (state === 'denied') return { status: 200, body: { active: false } };
  return { status: 200, body: { active: true, tenant, plan: PLAN, token_type: 'poe' } };
}

function set(states: Map<string, State>, body: Uint8Array): Outgoing {
  const setting = Setting.safeParse(jsonOf(body));
  if (!setting.success) throw new Refused(400, 'schema_invalid');
  const { tenant, state } = setting.data;
  states.set(tenant, state);
  return { status: 200, body: { tenant, state } };
}

/** Starts the stub on 127.0.0.1. A tenant of which nothing was said is entitled; `poe.value` is not looked at. */
export async function startLicensing(port: number): Promise<Licensing> {
  const states = new Map<string, State>();
  async function handle({ method, path, body }: Incoming): Promise<Outgoing> {
    switch (`${method} ${path}`) {
      case 'POST /introspect':
        return introspected(states, body);
      case 'PUT /poe':
        return set(states, body);
      default:
        throw new Refused(404, 'not_found');
    }
  }
  const { origin, port: bound, close } = await listen(port, handle);
  return { poe: `${origin}/poe`, introspect: `${origin}/introspect`, port: bound, close };
}
