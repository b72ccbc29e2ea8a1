// Where the app finds its own files, the user's state, and a Node that can run the demo's processes.

/**
 * `root`: the checkout, or the packaged app's resources. `state`: this user's folder for what the Console keeps, 0700.
 * `build`: digest of the built files. `node`: a Node 24 or later that can run what lies under `root`, or null.
 */
export interface Places {
  readonly root: string;
  readonly state: string;
  readonly build: string;
  readonly version: string;
  readonly node: string | null;
  readonly packaged: boolean;
}
