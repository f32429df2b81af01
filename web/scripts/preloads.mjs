// A plugin of Vite: the built page names all scripts of its element, so that browsers fetch them with the first one and
// not one after the other. The names have hashes, so the build writes them.

export function preloads() {
  return {
    name: "ciasa-preloads",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle = {} }) {
        const all = Object.values(bundle);
        const chunk = (name) => all.find((one) => one.type === "chunk" && one.name === name);
        const scripts = new Set();
        const add = (file) => {
          if (scripts.has(file)) return;
          scripts.add(file);
          for (const needed of bundle[file]?.imports ?? []) add(needed);
        };
        const element = chunk("element");
        if (!element) throw new Error("preloads: the build has no chunk named element");
        add(element.fileName);
        // Entries and what Vite names itself are there already.
        const fresh = [...scripts].filter((file) => !html.includes(file));
        const link = (file) => ({ rel: "modulepreload", crossorigin: true, href: `./${file}` });
        return fresh.map((file) => ({ tag: "link", attrs: link(file), injectTo: "head" }));
      },
    },
  };
}
