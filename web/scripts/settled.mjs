/** For how long nothing more is freed, in milliseconds, before memory is read. */
const SETTLED = 2000;

/** A browser takes a while to free memory and to end workers: calls `read` until none of its numbers gets less. */
export async function settled(read) {
  let [least, since] = [[], Date.now()];
  while (Date.now() - since < SETTLED) {
    const now = await read();
    // Less than a hundredth is noise.
    if (now.some((value, i) => value < (least[i] ?? Infinity) * 0.99)) [least, since] = [now, Date.now()];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
