// The playground in Chromium, as the experiment uses it.

/** What a page may take for one attack or one film, in milliseconds. */
const PATIENCE = 30 * 60_000;

export class Page {
  #page;

  constructor(page) {
    this.#page = page;
  }

  /** Opens the playground and its film, and waits for the network. */
  static async open(browser, address) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => console.error(`page: ${error.message}`));
    await page.goto(address);
    await page.getByRole("button", { name: "Open the film" }).click();
    await page.locator("ciasa-film-camera").waitFor();
    await page.evaluate(() => {
      const session = document.querySelector("ciasa-playground").session;
      const inside = (host, name) => host.shadowRoot.querySelector(name);
      const film = inside(document.querySelector("ciasa-playground"), "ciasa-film");
      const panel = inside(film, "ciasa-film-panel");
      window.experiment = { session, camera: inside(panel, "ciasa-film-camera").camera };
    });
    await page.waitForFunction(() => window.experiment.session.before !== null);
    return new Page(page);
  }

  /** The clips: the given files, or gallery clips whose label is a class of the network, one of each class first. */
  async clips(most, files) {
    const found = await this.#page.evaluate(async (files) => {
      const { session } = window.experiment;
      const { classes } = session.model;
      if (files.length > 0)
        await session.addFiles(
          files.map(({ name, text }) => new File([text], name, { type: "application/json" })),
        );
      const wanted =
        files.length > 0 ? (entry) => entry.origin === "file" : (entry) => entry.origin !== "file";
      return session.library.entries
        .filter((entry) => wanted(entry) && entry.layout === session.model.layout)
        .map(({ id, label }) => ({ id, label }))
        .filter(({ label }) => classes.includes(label));
    }, files);
    const seen = new Map();
    const rounds = found.map((clip) => {
      const round = seen.get(clip.label) ?? 0;
      seen.set(clip.label, round + 1);
      return { clip, round };
    });
    const ordered = rounds.sort((a, b) => a.round - b.round).map(({ clip }) => clip);
    if (ordered.length === 0) throw new Error("no clip has a label that is a class of the network");
    return ordered.slice(0, most);
  }

  /** Shows a clip and waits for the network's answer. */
  async show({ id }) {
    await this.#page.evaluate(async (id) => {
      const { session } = window.experiment;
      if (session.clip?.id !== id || session.attack) await session.choose(session.library.find(id));
      session.player.pause();
    }, id);
    await this.#page.waitForFunction(() => window.experiment.session.before !== null);
  }

  /** Attacks the clip that is shown. */
  async attack() {
    return await this.#page.evaluate(async () => {
      const { session } = window.experiment;
      const { classes } = session.model;
      session.startAttack();
      const { attack } = session;
      if (!attack) throw new Error(session.notice?.detail ?? "the attack did not start");
      while (attack.status !== "ended") await new Promise((resolve) => setTimeout(resolve, 100));
      if (attack.failure) throw attack.failure;
      const name = (index) => (index === undefined || index === null ? "" : classes[index]);
      return {
        data: [...attack.data].map((value) => Math.round(value * 1e5) / 1e5),
        target: name(attack.last?.target),
        clean: name(session.before.top[0]?.index),
        attacked: name(attack.after?.[0]?.index),
      };
    });
  }

  /** Films the clip that is shown and its perturbed values, and recovers both. */
  async recover(data, setting, every) {
    return await this.#page.evaluate(
      async ({ data, setting, every }) => {
        const { session, camera } = window.experiment;
        const { clip } = session;
        const perturbed = Float32Array.from(data);
        const recovery = await camera.recover({ clip, perturbed, setting, every });
        const round = (values) => [...values].map((value) => Math.round(value * 1e5) / 1e5);
        return {
          clean: round(recovery.clean),
          perturbed: round(recovery.perturbed),
          moments: [...recovery.moments],
          taken: recovery.taken,
          found: recovery.found,
          errorClean: camera.error(clip, setting, recovery.clean),
          errorAttacked: camera.error({ ...clip, data: perturbed }, setting, recovery.perturbed),
        };
      },
      { data, setting, every },
    );
  }

  /** The network's labels for recovered values of the clip that is shown. */
  async answers(recovered, setting, moments) {
    return await this.#page.evaluate(
      async ({ recovered, setting, moments }) => {
        const { session, camera } = window.experiment;
        const labels = [];
        for (const values of recovered) {
          const fit = Float64Array.from(moments);
          const { label } = await camera.answer(session.clip, setting, Float32Array.from(values), fit);
          labels.push(label);
        }
        return { clean: labels[0], attacked: labels[1] };
      },
      { recovered, setting, moments },
    );
  }

  /** The six rows of the clip that is shown, as the bytes of a PNG. */
  async figure(data, recovery, setting) {
    const address = await this.#page.evaluate(
      async ({ data, recovery, setting }) => {
        const { session, camera } = window.experiment;
        const sheet = await camera.sheet(session.clip, Float32Array.from(data), setting, {
          clean: Float32Array.from(recovery.clean),
          perturbed: Float32Array.from(recovery.perturbed),
          moments: Float64Array.from(recovery.moments),
        });
        return sheet.toDataURL("image/png");
      },
      { data, recovery, setting },
    );
    return Buffer.from(address.split(",")[1], "base64");
  }
}
