// The host's side of CTAPHID against keys that are slow, busy, foreign, endless, out of order, or gone.
import { describe, expect, test } from 'vitest';
import { Channel } from '../../native/ctaphid/channel.ts';
import type { HidDevice } from '../../native/ctaphid/connection.ts';
import type { Operation } from '../../native/ctaphid/deadline.ts';
import { hidError } from '../../native/ctaphid/errors.ts';
import { BROADCAST, Command, toReports } from '../../native/ctaphid/frame.ts';
import { initReply, scriptedKey, type Script } from '../../native/replay/scripted-key.ts';
import { operation, random, virtualKey } from './devices.ts';

const OK = Uint8Array.of(0);
const CID = 0x01020304;

async function withChannel<T>(
  device: HidDevice,
  op: Operation,
  job: (channel: Channel) => Promise<T>,
): Promise<T> {
  const channel = await Channel.open(await device.open(), { random, reportSize: device.reportSize }, op);
  try {
    return await job(channel);
  } finally {
    await channel.close();
  }
}

const asks = (script: Script, op: Operation): Promise<Uint8Array> =>
  withChannel(scriptedKey(script), op, (channel) => channel.call(Command.CBOR, Uint8Array.of(4), op));

/** Runs it and says what came out and how long it took. */
async function timed(job: Promise<unknown>): Promise<{ code: unknown; status: unknown; ms: number }> {
  const from = performance.now();
  const fault = await job.then(
    () => ({ code: 'none', status: undefined }),
    (cause: unknown) => cause as { code?: string; status?: number },
  );
  return { code: fault.code, status: fault.status, ms: performance.now() - from };
}

describe('INIT', () => {
  test("another client's reply, with another nonce, is passed over", async () => {
    const script: Script = {
      init(nonce, answer) {
        answer.message(Command.INIT, initReply(random(8), 0x666));
        answer.message(Command.INIT, initReply(nonce, CID));
      },
      message: (command, _payload, answer) => {
        expect(answer.cid).toBe(CID);
        answer.message(command, OK);
      },
    };
    expect(await asks(script, operation())).toEqual(OK);
  });

  test('a reply of 19 bytes is taken; one of 16 is not', async () => {
    const script = (length: number): Script => ({
      init: (nonce, answer) => answer.message(Command.INIT, initReply(nonce, CID, 5, 24).subarray(0, length)),
      message: (command, _payload, answer) => answer.message(command, OK),
    });
    expect(await asks(script(19), operation())).toEqual(OK);
    await expect(asks(script(16), operation(300))).toRejectCode('deadline');
  });

  test.each([0, BROADCAST])('a reserved channel id %i is refused', async (cid) => {
    const script: Script = {
      init: (nonce, answer) => answer.message(Command.INIT, initReply(nonce, cid)),
      message: () => undefined,
    };
    await expect(asks(script, operation())).toRejectCode('malformed_reply');
  });

  test('capabilities are read', async () => {
    const op = operation();
    for (const [flags, wink, cbor, u2f] of [
      [0x05, true, true, true],
      [0x0c, false, true, false],
      [0x01, true, false, true],
    ] as const) {
      const script: Script = {
        init: (nonce, answer) => answer.message(Command.INIT, initReply(nonce, CID, flags)),
        message: () => undefined,
      };
      await withChannel(scriptedKey(script), op, async (channel) => {
        expect(channel.capabilities).toEqual({ wink, cbor, u2f });
      });
    }
  });
});

describe('answers', () => {
  test('frames of other channels in between are dropped', async () => {
    const script: Script = {
      message(command, _payload, answer) {
        const ours = toReports(CID, command, new Uint8Array(100).fill(7));
        const theirs = toReports(0x999, command, new Uint8Array(100).fill(9));
        for (const [at, report] of ours.entries()) {
          const foreign = theirs[at];
          if (foreign) answer.report(foreign);
          answer.report(report);
        }
      },
    };
    expect(await asks(script, operation())).toEqual(new Uint8Array(100).fill(7));
  });

  test('a gap in the sequence is an error, and the channel is brought into step before the next request', async () => {
    let inits = 0;
    const script: Script = {
      init(nonce, answer) {
        inits++;
        answer.message(Command.INIT, initReply(nonce, CID));
      },
      message(command, payload, answer) {
        const reports = toReports(CID, command, new Uint8Array(300).fill(payload[0] ?? 0));
        reports.forEach((report, at) => (payload[0] === 1 && at === 2 ? undefined : answer.report(report)));
      },
    };
    const op = operation();
    await withChannel(scriptedKey(script), op, async (channel) => {
      await expect(channel.call(Command.CBOR, Uint8Array.of(1), op)).toRejectCode('malformed_reply');
      expect(await channel.call(Command.CBOR, Uint8Array.of(2), op)).toEqual(new Uint8Array(300).fill(2));
    });
    expect(inits).toBe(2);
  });

  test('a message that stops halfway ends after the packet timeout, long before the deadline', async () => {
    const script: Script = {
      message: (command, _payload, answer) => {
        const [first] = toReports(CID, command, new Uint8Array(300));
        if (first) answer.report(first);
      },
    };
    const { code, ms } = await timed(asks(script, operation(10_000)));
    expect(code).toBe('malformed_reply');
    expect(ms).toBeLessThan(1500);
  });

  test('an answer to another command is refused', async () => {
    const script: Script = { message: (_command, _payload, answer) => answer.message(Command.PING, OK) };
    await expect(asks(script, operation())).toRejectCode('malformed_reply');
  });

  test('short reports and empty reads are no packets', async () => {
    const script: Script = {
      message: (command, _payload, answer) => {
        answer.report(new Uint8Array(0));
        answer.report(Uint8Array.of(1, 2, 3));
        answer.message(command, OK);
      },
    };
    expect(await asks(script, operation())).toEqual(OK);
  });

  test('reports of 32 bytes work as those of 64', async () => {
    const key = virtualKey({ reportSize: 32 });
    const op = operation();
    const long = random(900);
    await withChannel(key, op, async (channel) => {
      expect(await channel.call(Command.PING, long, op)).toEqual(long);
    });
  });

  test('all 256 error codes are typed and keep their number', () => {
    const known = [1, 2, 3, 4, 5, 10, 11, 127];
    for (let code = 0; code < 256; code++) {
      const fault = hidError(Uint8Array.of(code));
      expect(fault.status).toBe(code);
      expect(fault.code).toBe(code === 6 ? 'device_busy' : 'ctaphid_error');
      expect(fault.detail.includes('unknown')).toBe(code !== 6 && !known.includes(code));
    }
    expect(hidError(new Uint8Array(0)).code).toBe('malformed_reply');
  });
});

describe('time', () => {
  test('ten thousand keepalives and then nothing end at the deadline', async () => {
    let told = 0;
    const script: Script = {
      message: (_command, _payload, answer) => {
        for (let n = 0; n < 10_000; n++) answer.message(Command.KEEPALIVE, Uint8Array.of(1));
      },
    };
    const op = operation(400, undefined, () => told++);
    const { code, ms } = await timed(asks(script, op));
    expect(code).toBe('deadline');
    expect(ms).toBeLessThan(1500);
    expect(told).toBe(1);
  });

  test('a flood without an end does not extend the deadline, nor keep a cancel out', async () => {
    const flood: Script = {
      message: (_command, _payload, answer) => {
        const again = (): void => {
          for (let n = 0; n < 100; n++) answer.message(Command.KEEPALIVE, Uint8Array.of(2));
        };
        const timer = setInterval(again, 1);
        setTimeout(() => clearInterval(timer), 3000);
      },
    };
    const late = await timed(asks(flood, operation(300)));
    expect([late.code, late.ms < 2000]).toEqual(['deadline', true]);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    const cancelled = await timed(asks(flood, operation(60_000, stop.signal)));
    expect([cancelled.code, cancelled.ms < 2500]).toEqual(['cancelled', true]);
  });

  test('frames of other channels without an end do not either', async () => {
    const script: Script = {
      message: (_command, _payload, answer) => {
        const [foreign] = toReports(0x999, Command.KEEPALIVE, Uint8Array.of(1));
        if (foreign) for (let n = 0; n < 50_000; n++) answer.report(foreign);
      },
    };
    const { code, ms } = await timed(asks(script, operation(300)));
    expect([code, ms < 2000]).toEqual(['deadline', true]);
  });

  test('"touch" is told once for each change', async () => {
    const seen: string[] = [];
    const script: Script = {
      message: (command, _payload, answer) => {
        for (const status of [1, 1, 2, 2, 2, 1, 2]) answer.message(Command.KEEPALIVE, Uint8Array.of(status));
        answer.message(command, OK);
      },
    };
    await asks(
      script,
      operation(1000, undefined, (status) => seen.push(status)),
    );
    expect(seen).toEqual(['processing', 'touch', 'processing', 'touch']);
  });

  test('a busy channel is tried again within the deadline, then told', async () => {
    let busy = 20;
    const script: Script = {
      message: (command, _payload, answer) =>
        busy-- > 0 ? answer.message(Command.ERROR, Uint8Array.of(6)) : answer.message(command, OK),
    };
    expect(await asks(script, operation(20_000))).toEqual(OK);
    busy = Infinity;
    const { code, ms } = await timed(asks(script, operation(500)));
    expect([code, ms < 1500]).toEqual(['device_busy', true]);
  }, 30_000);
});

describe('cancel', () => {
  const counting = (answerCancel: Script['cancel']): { script: Script; cancels: () => number } => {
    let cancels = 0;
    const script: Script = {
      message: () => undefined,
      cancel: (answer) => {
        cancels++;
        answerCancel?.(answer);
      },
    };
    return { script, cancels: () => cancels };
  };

  test('before the request: nothing is sent', async () => {
    const stop = new AbortController();
    const { script, cancels } = counting(undefined);
    const open = operation();
    await withChannel(scriptedKey(script), open, async (channel) => {
      stop.abort();
      await expect(channel.call(Command.CBOR, OK, operation(1000, stop.signal))).toRejectCode('cancelled');
    });
    expect(cancels()).toBe(0);
  });

  test('during the wait: CANCEL once, on our own channel, and KEEPALIVE_CANCEL ends it', async () => {
    const stop = new AbortController();
    const { script, cancels } = counting((answer) => answer.message(Command.CBOR, Uint8Array.of(0x2d)));
    setTimeout(() => stop.abort(), 50);
    const { code, status, ms } = await timed(asks(script, operation(30_000, stop.signal)));
    expect([code, status, cancels(), ms < 500]).toEqual(['cancelled', 0x2d, 1, true]);
  });

  test('an answer that comes after the cancel is thrown away, and that is told', async () => {
    const stop = new AbortController();
    const { script } = counting((answer) => answer.message(Command.CBOR, Uint8Array.of(0, 1, 2)));
    setTimeout(() => stop.abort(), 50);
    const { code, status } = await timed(asks(script, operation(30_000, stop.signal)));
    expect([code, status]).toEqual(['cancelled', 0]);
  });

  test('a device that ignores the cancel is left after a second', async () => {
    const stop = new AbortController();
    const { script } = counting(undefined);
    setTimeout(() => stop.abort(), 50);
    const { code, ms } = await timed(asks(script, operation(30_000, stop.signal)));
    expect([code, ms < 2000]).toEqual(['cancelled', true]);
  });

  test('what a device says after it was given up does not answer the next request', async () => {
    let late: (() => void) | undefined;
    const script: Script = {
      message: (command, payload, answer) => {
        if (payload[0] === 1) late = () => answer.message(command, Uint8Array.of(0xee));
        else {
          late?.();
          answer.message(command, Uint8Array.of(0, 2));
        }
      },
      init(nonce, answer) {
        late?.();
        answer.message(Command.INIT, initReply(nonce, CID));
      },
    };
    const open = operation(10_000);
    await withChannel(scriptedKey(script), open, async (channel) => {
      await expect(channel.call(Command.CBOR, Uint8Array.of(1), operation(100))).toRejectCode('deadline');
      late?.();
      late = undefined;
      expect(await channel.call(Command.CBOR, Uint8Array.of(2), open)).toEqual(Uint8Array.of(0, 2));
    });
  });
});

describe("the virtual key's own framing", () => {
  const raw = async (device: HidDevice, reports: readonly Uint8Array[], ms = 700): Promise<string[]> => {
    const connection = await device.open();
    for (const report of reports) {
      const withId = new Uint8Array(65);
      withId.set(report, 1);
      await connection.write(withId);
    }
    const seen: string[] = [];
    for (let left = ms; left > 0; left -= 50) {
      const report = await connection.read(50);
      if (report) seen.push(Buffer.from(report.subarray(4, 8)).toString('hex'));
    }
    await connection.close();
    return seen;
  };
  const [init] = toReports(BROADCAST, Command.INIT, random(8));
  if (!init) throw new Error('no INIT');

  test.each([
    ['an unknown channel', [toReports(77, Command.PING, OK)[0]], 'bf00010b'],
    [
      'a wrong sequence',
      [init, ...toReports(1, Command.PING, new Uint8Array(200)).filter((_, at) => at !== 1)],
      'bf000104',
    ],
    [
      'a message within a message',
      [init, toReports(1, Command.PING, new Uint8Array(200))[0], toReports(1, Command.PING, OK)[0]],
      'bf000104',
    ],
    ['a message that never ends', [init, toReports(1, Command.PING, new Uint8Array(200))[0]], 'bf000105'],
    ['an unknown command', [init, toReports(1, 0x22, OK)[0]], 'bf000101'],
    ['an empty CBOR message', [init, toReports(1, Command.CBOR, new Uint8Array(0))[0]], 'bf000103'],
    ['a length beyond what fits', [init, Uint8Array.from([0, 0, 0, 1, 0x90, 0xff, 0xff])], 'bf000103'],
    ['INIT with a short nonce', [toReports(BROADCAST, Command.INIT, OK)[0]], 'bf000103'],
  ])('%s is refused with its code', async (_name, reports, expected) => {
    const seen = await raw(
      virtualKey(),
      reports.filter((report) => report !== undefined),
    );
    expect(seen).toContain(expected);
  });

  test('a second program gets BUSY while a touch is awaited, and its turn afterwards', async () => {
    const key = virtualKey({ touch: ['delay:400', 'touch', 'touch'] });
    const op = operation();
    const select = (channel: Channel): Promise<Uint8Array> =>
      channel.call(Command.CBOR, Uint8Array.of(0x0b), op);
    const first = withChannel(key, op, select);
    const second = withChannel(key, op, select);
    expect(await Promise.all([first, second])).toEqual([OK, OK]);
  });
});
