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

  /**
   * The given files, or gallery clips, one of each class before any class has a second; those whose label is a class
   * of the network. `name` names a clip, `origin` is its place in the gallery or its file.
   */
  async clips(most, files) {
    const found = await this.#page.evaluate(async (files) => {
      const { session } = window.experiment;
      const { classes } = session.model;
      const usable = (entry) => entry.layout === session.model.layout && classes.includes(entry.label);
      const entries = [];
      for (const { name, text } of files) {
        const before = new Set(session.library.entries.map(({ id }) => id));
        await session.addFiles([new File([text], name, { type: "application/json" })]);
        const added = session.library.entries.find(({ id }) => !before.has(id));
        if (!added) throw new Error(`${name}: ${session.notice?.detail ?? "was not read"}`);
        const stem = name.replace(/\.json$/, "");
        entries.push({ ...added, name: stem, origin: stem });
      }
      const gallery = session.library.entries.filter(({ origin }) => origin !== "file");
      const own = gallery.map((entry, place) => ({ ...entry, name: entry.id, origin: place }));
      return (files.length > 0 ? entries : own)
        .filter(usable)
        .map(({ id, name, label, origin }) => ({ id, name, label, origin }));
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

  /** Attacks the clip that is shown: its values, the settings, the last report, and the classes by name. */
  async attack() {
    return await this.#page.evaluate(async () => {
      const { session } = window.experiment;
      const { classes } = session.model;
      const begin = performance.now();
      session.startAttack();
      const { attack } = session;
      if (!attack) throw new Error(session.notice?.detail ?? "the attack did not start");
      while (attack.status !== "ended") await new Promise((resolve) => setTimeout(resolve, 100));
      if (attack.failure) throw attack.failure;
      const name = (index) => (index === undefined || index === null ? "" : classes[index]);
      const { last, config } = attack;
      const clean = session.before.top[0];
      const first = attack.reports.find(({ fooled }) => fooled);
      return {
        data: [...attack.data].map((value) => Math.round(value * 1e5) / 1e5),
        target: name(last?.target),
        clean: { label: name(clean?.index), p: clean?.p ?? 0 },
        attacked: {
          label: name(attack.after?.[0]?.index),
          p: attack.after?.[0]?.p ?? 0,
          target: last?.target == null ? null : attack.probabilities[last.target],
        },
        // A step's forward pass sees the clip before the step's update.
        first: first ? first.iteration - 1 : null,
        // The region counts where the attack is kept to it.
        region: config.joints ? session.settings.state.region : "",
        config,
        last,
        seconds: (performance.now() - begin) / 1000,
      };
    });
  }

  /** Films the clip that is shown, or, with `data`, its perturbed values, and recovers what the film shows. */
  async shoot(data, setting, { every, edge }) {
    return await this.#page.evaluate(
      async ({ data, setting, every, edge }) => {
        const { session, camera } = window.experiment;
        const { clip } = session;
        const perturbed = data && Float32Array.from(data);
        const take = perturbed ? "perturbed" : "clean";
        const shot = await camera.shoot({ clip, perturbed, setting, every, edge }, take);
        const filmed = perturbed ? { ...clip, data: perturbed } : clip;
        return {
          values: [...shot.values].map((value) => Math.round(value * 1e5) / 1e5),
          moments: perturbed ? null : [...shot.moments],
          taken: shot.taken,
          found: shot.found,
          error: camera.error(filmed, setting, shot.values),
        };
      },
      { data, setting, every, edge },
    );
  }

  /**
   * The network's answers to recovered values of the clip that is shown: the class, its and the target's share, and the
   * distance of 13 main joints in centimetres from what was filmed. `films`: recovered values, and the attacked clip's,
   * null for the clean clip.
   */
  async answers(films, setting, moments, target) {
    return await this.#page.evaluate(
      async ({ films, setting, moments, target }) => {
        const { session, camera } = window.experiment;
        const fit = Float64Array.from(moments);
        const answers = [];
        for (const film of films) {
          const values = Float32Array.from(film.values);
          const truth = film.filmed ? Float32Array.from(film.filmed) : session.clip.data;
          const answer = await camera.answer(session.clip, setting, values, fit, target);
          answers.push({
            ...answer,
            error: await camera.fittedError(session.clip, truth, setting, values, fit),
          });
        }
        return answers;
      },
      { films, setting, moments, target },
    );
  }

  /**
   * What comes through of the perturbation of the clip that is shown: the shares in the plane and in depth, the noise
   * of both in metres, its pace in hertz; empty if nothing was perturbed.
   */
  async channel(films, setting, moments) {
    return await this.#page.evaluate(
      async ({ films, setting, moments }) => {
        const { session, camera } = window.experiment;
        const [clean, perturbed, attacked] = films.map((values) => Float32Array.from(values));
        const fit = Float64Array.from(moments);
        return [...(await camera.channel(session.clip, setting, { clean, perturbed, attacked }, fit))];
      },
      { films, setting, moments },
    );
  }

  /** The clip that is shown as rows and table take it: attacked, and filmed in these views. */
  async filmed(of) {
    return await this.#page.evaluate((of) => window.experiment.camera.filmed(of), of);
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
