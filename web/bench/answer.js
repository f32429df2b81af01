// What both kinds of worker share: a call { id, name, argument } is answered with { id, value } or { id, error }. Neither a
// module nor not: a classic worker and a module worker can both load it.
self.answer = (calls) => {
  self.addEventListener("message", async ({ data: { id, name, argument } }) => {
    try {
      self.postMessage({ id, value: await calls[name](argument ?? {}) });
    } catch (error) {
      self.postMessage({ id, error: error?.message ?? String(error) });
    }
  });
};
