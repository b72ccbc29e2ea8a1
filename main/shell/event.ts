// What a shell holds an event against before it sends it: the page it belongs to, and its schema.
import { events } from '../../contract/ipc/calls.ts';
import { eventNames, type EventName, type Frame } from '../../contract/ipc/names.ts';

/**
 * The value as the table has it. Throws TypeError when the event is another page's or the value is not what the table
 * says: a mistake of main's own, which must not reach a page.
 */
export function checkedEvent(frame: Frame, name: EventName, value: unknown): unknown {
  if (!eventNames[frame].some((own) => own === name)) throw new TypeError(`${name} is no event of ${frame}`);
  const parsed = events[name].safeParse(value);
  if (!parsed.success) {
    const paths = parsed.error.issues.slice(0, 8).map(({ path }) => path.map(String).join('.'));
    throw new TypeError(`event ${name}: ${paths.join(', ')}`);
  }
  return parsed.data;
}
