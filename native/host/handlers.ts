// The handlers of each driver, derived from its table: forgetting one does not compile.
import type { CallName, DriverName, InputOf, OutputOf } from '../../contract/driver/messages.ts';
import type { Handler } from './context.ts';

/** A handler for each call of the driver. */
export type Handlers<D extends DriverName> = {
  readonly [N in CallName<D>]: Handler<InputOf<D, N>, OutputOf<D, N>>;
};
