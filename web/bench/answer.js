// Shared by all workers: answers a call { id, name, argument } with { id, value } or { id, error }. Uses no import or
// export, so that classic and module workers can both load it.
self.answer = (calls) => {
  self.addEventListener("message", async ({ data: { id, name, argument } }) => {
    try {
      self.postMessage({ id, value: await calls[name](argument ?? {}) });
    } catch (error) {
      self.postMessage({ id, error: error?.message ?? String(error) });
    }
  });
};
