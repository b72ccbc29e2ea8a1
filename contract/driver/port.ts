// The transport between a client and a driver process, so small that a child process, Electron's utilityProcess
// and a pair of queues in a test all fit.

/** Why a driver process is gone: its exit code or the signal that ended it; both null when the transport closed. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Carries structured-clone messages (Uint8Array crosses as bytes). Subscribing returns the unsubscribe. */
export interface Port {
  /** Sends one message. After the other side is gone it does nothing: `onExit` tells. */
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): () => void;
  /** Called once, when the other side is gone. */
  onExit(listener: (exit: Exit) => void): () => void;
  /** Ends the other side at once. */
  kill(): void;
}
