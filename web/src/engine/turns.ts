/** What waits until the message that it posted has come back. */
const turns: (() => void)[] = [];
let post: (() => void) | null = null;

/**
 * Lets the worker handle the messages that have arrived. Awaiting a promise would not: promises run before messages.
 * One channel for all: a new one for each would stay until the worker, which makes little garbage, collects it.
 */
export function messages(): Promise<void> {
  post ??= ownChannel();
  const turn = new Promise<void>((resolve) => turns.push(resolve));
  post();
  return turn;
}

function ownChannel(): () => void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => turns.shift()?.();
  return () => port2.postMessage(null);
}
