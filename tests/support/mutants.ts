// Every JSON value that differs from a given one in exactly one place.
/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [k: string]: Json };

/** Every file that differs from the given one in exactly one place. */
export function* mutants(value: Json, path: string): Generator<[string, Json]> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      yield [`${path}/${i} removed`, value.filter((_, j) => j !== i)];
      yield [`${path}/${i} twice`, [...value.slice(0, i + 1), ...value.slice(i)]];
      for (const [where, changed] of mutants(item, `${path}/${i}`))
        yield [where, value.map((v, j) => (j === i ? changed : v))];
    }
    if (value.length === 0) yield [`${path} grown`, ['x']];
    if (value.length > 1) yield [`${path} reversed`, value.toReversed()];
  } else if (value !== null && typeof value === 'object') {
    yield [`${path} with an unknown member`, { ...value, surprise: 1 }];
    yield [
      `${path} with a member that sets no prototype`,
      Object.defineProperty({ ...value }, '__proto__', { value: 'x', enumerable: true }),
    ];
    for (const [key, item] of Object.entries(value)) {
      const { [key]: _gone, ...rest } = value;
      yield [`${path}/${key} removed`, rest];
      for (const [where, changed] of mutants(item, `${path}/${key}`))
        yield [where, { ...value, [key]: changed }];
    }
  } else if (typeof value === 'number') {
    yield [`${path} + 1`, value + 1];
    yield [`${path} - 1`, value - 1];
  } else if (typeof value === 'boolean') yield [`${path} flipped`, !value];
  else if (value === null) yield [`${path} not null`, 'x'];
  else for (const [where, changed] of textMutants(value)) yield [`${path} ${where}`, changed];
}

function* textMutants(text: string): Generator<[string, string]> {
  yield ['grown', `${text}A`];
  if (text.length === 0) return;
  yield ['shrunk', text.slice(0, -1)];
  for (const at of new Set([0, text.length >> 1, Math.max(0, text.length - 3)])) {
    const other = text[at] === 'B' ? 'C' : 'B';
    yield [`changed at ${at}`, text.slice(0, at) + other + text.slice(at + 1)];
  }
}
