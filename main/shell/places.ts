// Where things lie for this run of the app: its own files, the person's state, the build, and the Node for child processes.

/**
 * `root`: the app's own files. `state`: this person's folder for what must last. `node`: a Node 24 or later, where one was
 * found; null where none was. `packaged`: made by the packager, not run from a checkout.
 */
export interface Places {
  readonly root: string;
  readonly state: string;
  readonly build: string;
  readonly version: string;
  readonly node: string | null;
  readonly packaged: boolean;
}
