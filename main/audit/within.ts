// A deadline for a step that cannot be cancelled: whoever waits goes on, and hears when it settles after all.

/**
 * The step's own outcome when it settles within `ms`; else rejects, and `late` gets the step, which is still running.
 */
export async function within<T>(step: Promise<T>, ms: number, late: (step: Promise<T>) => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const slow = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late(step);
      reject(new Error(`no answer within ${ms} ms`));
    }, ms);
  });
  try {
    return await Promise.race([step, slow]);
  } finally {
    clearTimeout(timer);
  }
}
