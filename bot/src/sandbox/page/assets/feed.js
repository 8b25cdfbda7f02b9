// The sandbox's HTTP API: reading, doing, and hearing of changes.

/** A JSON answer; an error with the server's sentence otherwise. */
export async function ask(path, body) {
  const request = body === undefined
    ? {}
    : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  let response;
  try {
    response = await fetch(path, request);
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Error(answer?.error ?? `The sandbox answered ${response.status}.`);
  return answer;
}

/**
 * One stream of all changes. A follower is `{load, change}`: `load` reads the whole state and returns the
 * number of the last change in it (or none); `change(kind, data)` hears of those after it.
 */
export class Live {
  followers = new Map();
  constructor(onConnection) {
    this.onConnection = onConnection;
  }

  follow(name, load, change) {
    this.followers.set(name, { load, change, queue: null, seen: 0 });
  }

  start() {
    const source = new EventSource("/sandbox/live");
    source.onopen = () => {
      this.onConnection(true);
      for (const name of this.followers.keys()) this.read(name);
    };
    source.onerror = () => this.onConnection(false);
    source.onmessage = (event) => this.hear(JSON.parse(event.data));
  }

  async read(name) {
    const follower = this.followers.get(name);
    if (follower.queue) {
      follower.again = true;
      return;
    }
    follower.queue = [];
    try {
      follower.seen = (await follower.load()) ?? 0;
    } catch (error) {
      console.warn(`Cannot read ${name}: ${error.message}`);
    }
    const missed = follower.queue;
    follower.queue = null;
    if (follower.again) {
      follower.again = false;
      return this.read(name);
    }
    for (const change of missed) this.pass(follower, change);
  }

  hear(change) {
    const follower = this.followers.get(change.from);
    if (!follower) return;
    if (change.kind === "reset") this.read(change.from);
    else if (follower.queue) follower.queue.push(change);
    else this.pass(follower, change);
  }

  pass(follower, change) {
    if (change.id === null || change.id > follower.seen) follower.change(change.kind, change.data);
  }
}
